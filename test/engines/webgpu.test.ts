import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noWebgpu } from '../helpers/webgpu.ts';
import { engineContract } from './contract.ts';

const skip = noWebgpu ? [{ reason: noWebgpu, tests: 'all' as const }] : [];

describe('webgpu engine', () => engineContract(async () => (await openEngine('webgpu')).engine, skip));
