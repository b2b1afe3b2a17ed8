import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HostValues, Program } from '../../../../src/engines/engine.ts';
import { compileRecorded, type Tracer } from '../../../../src/engines/tensorflow/recording/compile.ts';
import { traceProgram } from '../../../../src/engines/tensorflow/recording/trace.ts';
import { relativeError } from '../../../helpers/relative-error.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';
import { gradientsProgram, partlyTunedProgram, tracerOver, values } from './tunable.ts';

const skip = noTensorflow;
const temporary = mkdtempSync(join(tmpdir(), 'dcgan-measure-'));
after(() => rmSync(temporary, { recursive: true }));

let files = 0;
const newFile = () => join(temporary, `choices-${files++}.json`);
const keysIn = (file: string) => Object.keys(JSON.parse(readFileSync(file, 'utf8'))).map((key) => key.split(' ')[0]);

type Progress = [done: number, total: number];

/** Compiles with or without tuning. @returns the reported progress, and the function's outputs */
async function compile(
  tracer: Tracer,
  program: Program,
  measuring = true,
): Promise<{ reported: Progress[]; results: HostValues }> {
  const reported: Progress[] = [];
  const onTuning = (done: number, total: number) => {
    reported.push([done, total]);
  };
  const compiled = await compileRecorded(program, tracer, {
    precision: 'float32',
    ...(measuring ? { onTuning } : {}),
  });
  await compiled.write({ w: values.w });
  const results = await compiled.run('gradients', { x: values.x, dy: values.dy });
  compiled.dispose();
  return { reported, results };
}

function assertSame(found: HostValues, expected: HostValues): void {
  assert.deepEqual(Object.keys(found), ['y', 'dx', 'dw']);
  for (const [name, numbers] of Object.entries(expected)) {
    const error = relativeError(found[name]!, numbers);
    assert.ok(error < 1e-5, `${name} is off by ${error}`);
  }
}

test('compiling tunes once, reports progress, remembers the result, and computes the same numbers', {
  skip,
}, async () => {
  const file = newFile();
  const tracer = await tracerOver(file);
  const { binding } = tracer.recorder;
  const [tensors, sessions] = [binding.getNumOfTensors(), binding.getNumOfSavedModels()];
  const before = await compile(tracer, gradientsProgram, false);
  assert.ok(!existsSync(file), 'no tuning was requested');
  const measured = await compile(tracer, gradientsProgram);
  assert.deepEqual(measured.reported, [[0, 3], [1, 3], [2, 3], [3, 3]]); // biome-ignore format: a sequence
  assertSame(measured.results, before.results);
  assert.deepEqual(keysIn(file).sort(), ['filterGradient', 'forward', 'inputGradient']);
  const again = await compile(tracer, gradientsProgram);
  const later = await compile(await tracerOver(file), gradientsProgram);
  for (const { reported, results } of [again, later]) {
    assert.deepEqual(reported, []);
    assertSame(results, before.results);
  }
  assert.deepEqual([binding.getNumOfTensors(), binding.getNumOfSavedModels()], [tensors, sessions]);
});

test('every form gives the same numbers in a program, by other ops', { skip }, async () => {
  const standard = await tracerOver(undefined);
  const expected = await compile(standard, gradientsProgram);
  assert.deepEqual(expected.reported, [], 'nothing is tuned without a file of choices');
  const opsOf = (tracer: Tracer) => traceProgram(gradientsProgram, tracer, 'float32').nodes.map(({ op }) => op);
  const file = newFile();
  const { untuned } = traceProgram(gradientsProgram, await tracerOver(file), 'float32');
  let others = 0;
  for (const { key, candidates } of untuned) {
    for (const { name } of candidates.slice(1)) {
      const tracer = await tracerOver(file);
      tracer.choices.remember(new Map([[key, name]]));
      assert.notDeepEqual(opsOf(tracer), opsOf(standard), name);
      assertSame((await compile(tracer, gradientsProgram, false)).results, expected.results);
      others++;
    }
  }
  assert.equal(others, 1 + 2 + 2 + 3); // blocks; sub-pixel, phases; transposed, product; frequencies of each
});

test('a function with skipTuning is not tuned, but uses known results', { skip }, async () => {
  const file = newFile();
  const tracer = await tracerOver(file);
  const { reported } = await compile(tracer, partlyTunedProgram);
  assert.deepEqual(reported.at(-1), [3, 3]);
  const { untuned } = traceProgram(
    { ...partlyTunedProgram, functions: { sample: { ...partlyTunedProgram.functions['sample']!, skipTuning: false } } },
    tracer,
    'float32',
  );
  assert.equal(untuned.length, 1);
  tracer.choices.remember(new Map([[untuned[0]!.key, 'blocks']]));
  const { nodes } = traceProgram(partlyTunedProgram, tracer, 'float32');
  assert.ok(nodes.some(({ name, op }) => name.startsWith('sample/') && op === 'SpaceToDepth'));
});

/** Compiles in a separate process. @returns how often it reported tuning, and the files in its cache */
async function child(environment: Record<string, string>): Promise<{ calls: number; written: string[] }> {
  const cache = mkdtempSync(join(temporary, 'cache-'));
  const script = fileURLToPath(new URL('tune-child.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), script, cache];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...environment } });
  const folder = join(cache, 'convolutions');
  return { calls: Number(stdout), written: existsSync(folder) ? readdirSync(folder) : [] };
}

test('DCGAN_CONVOLUTIONS=standard tunes and writes nothing; otherwise one file is written', {
  skip,
}, async () => {
  assert.deepEqual(await child({ DCGAN_CONVOLUTIONS: 'standard' }), { calls: 0, written: [] });
  const { calls, written } = await child({ DCGAN_CONVOLUTIONS: '' });
  assert.equal(calls, 4);
  assert.match(written.join(), /^[0-9a-f]{16}\.json$/);
});
