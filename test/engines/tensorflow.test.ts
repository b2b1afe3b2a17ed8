import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { engineContract } from './contract.ts';

const skip = noTensorflow ? [{ reason: noTensorflow, tests: 'all' as const }] : [];

describe('tensorflow engine', () => engineContract(async () => (await openEngine('tensorflow')).engine, skip));
