import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noWebgpu } from '../helpers/webgpu.ts';
import { engineContract } from './contract.ts';

const slow = {
  reason: 'takes minutes where a program stands in for the GPU',
  tests: ['510 runs leave no tensor and no more than 12 MiB behind'],
};
const skip = noWebgpu ? [{ reason: noWebgpu, tests: 'all' as const }] : [slow];

describe('webgpu engine', () => engineContract(async () => (await openEngine('webgpu')).engine, skip));
