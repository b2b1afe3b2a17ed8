import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { engineContract } from './contract.ts';

describe('tensorflow engine', { skip: noTensorflow }, () =>
  engineContract(async () => (await openEngine('tensorflow')).engine, []),
);
