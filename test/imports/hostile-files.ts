// Malicious PyTorch files are refused, without running code or allocating much memory.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describing, openWeights } from '../../src/imports/files/open-weights.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import { dict, pickle, tensor } from '../helpers/pickle-bytes.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { type ZipEntry, zipOf } from '../helpers/zip-bytes.ts';

const root = temporaryFolder();
export const path = join(root, 'weights.pt');
export const trace = join(root, 'trace');

export const torchZip = (content: Uint8Array, ...more: readonly ZipEntry[]) =>
  zipOf([{ name: 'archive/data.pkl', bytes: content }, ...more]);
export const numbers = (count: number) => new Uint8Array(new Float32Array(count).buffer);
export const data = (count: number): ZipEntry => ({ name: 'archive/data/0', bytes: numbers(count) });
export const oneWeight = (...view: Parameters<typeof tensor>) => pickle(dict({ weight: tensor(...view) }));

/** Writes the file, opens it, and reads all of its tensors. */
export async function readAll(bytes: Uint8Array): Promise<void> {
  writeFileSync(path, bytes);
  const weights = await openWeights(path);
  try {
    const tensors = [...weights.stateDicts.values()].flatMap((stateDict) => [...stateDict.values()]);
    for (const { read } of tensors) await describing(path, read);
  } finally {
    await weights.close();
  }
}

/** Files by what is wrong with them, and the expected reason. */
export type Damaged = Record<string, { bytes: () => Uint8Array; reason: RegExp }>;

/** One test per file: it is refused without allocating much memory or writing files. */
export function testRefusals(damaged: Damaged): void {
  for (const [title, { bytes, reason }] of Object.entries(damaged)) {
    test(`refused: ${title}`, async () => {
      const content = bytes();
      const before = await residentMiB();
      await assert.rejects(readAll(content), (error: Error & { code: string }) => {
        assert.equal(error.code, 'checkpoint.damaged', error.stack);
        assert.match(error.message, reason);
        return true;
      });
      const grown = (await residentMiB()) - before;
      assert.ok(grown < 200, `${grown} MiB`);
      assert.deepEqual(
        readdirSync(root).filter((name) => name === 'outside'),
        [],
      );
    });
  }
}
