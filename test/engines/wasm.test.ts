import { describe } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { engineContract } from './contract.ts';

describe('wasm engine', () => engineContract(async () => (await openEngine('wasm')).engine, []));
