import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noWebgpu } from '../helpers/webgpu.ts';
import { engineContract } from './contract.ts';

const slow = {
  reason: 'takes minutes on a software adapter',
  tests: ['510 runs leak no tensor and at most 12 MiB'],
};
const skip = noWebgpu ? [{ reason: noWebgpu, tests: 'all' as const }] : [slow];

describe('webgpu engine', () => engineContract(async () => (await openEngine('webgpu')).engine, skip));
