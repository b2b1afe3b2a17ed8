import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load/load.ts';
import { createChoices } from '../../../src/engines/tensorflow/convolutions/choices.ts';
import { startTensorflow } from '../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../src/engines/tensorflow/install/location.ts';
import { traceProgram } from '../../../src/engines/tensorflow/recording/trace.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { functionNames, trainingProgram } from '../../../src/training/program.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';

const standing = ['Const', 'Placeholder', 'ReadVariableOp', 'Identity']; // nodes that compute nothing

test('a step of mnist-test4.yaml stays a small graph with few uploads', { skip: noTensorflow }, async (t) => {
  const { tracer } = await startTensorflow(findInstallation()!);
  const standard = { recorder: tracer.recorder, choices: createChoices(undefined) }; // so that the kernels use the standard forms
  const config = await loadConfig(join(packageDirectory, 'configs', 'mnist-test4.yaml'));
  const program = trainingProgram(config, buildNetworks(config), [100], 16);
  const name = functionNames.step(100);
  const { functions, nodes, untuned } = traceProgram(program, standard, 'float32');
  const recorded = functions.find((fn) => fn.name === name)!.recording.ops.length;
  const inGraph = nodes.filter((node) => node.name.startsWith(`${name}/`));
  const computing = inGraph.filter(({ op }) => !standing.includes(op));
  const count = (op: string) => inGraph.filter((node) => node.op === op).length;
  t.diagnostic(`${recorded} ops recorded, ${inGraph.length} nodes, ${computing.length} of them compute`);

  // Stock tf.layers and minimize run 782 ops for a step of this network.
  assert.ok(computing.length <= 250, `${computing.length} nodes compute`);
  assert.ok(count('Placeholder') <= 3, `${count('Placeholder')} uploads`);
  assert.deepEqual(untuned, []); // without a file of choices nothing is tuned
  assert.equal(count('ResourceApplyAdam'), 10 + 6); // one per weight: generator and discriminator
  assert.equal(count('StatelessRandomUniform'), 2 * 2); // two dropout layers, real and fake images
  // Generator: 3 transposed convolutions forward, each a Conv2DBackpropInput; backward each has dx, a Conv2D, and dw.
  // Discriminator: 2 convolutions on real and on fake images; backward dw of both layers and dx of the second on either
  // batch, and dx of both for the generator.
  assert.equal(count('Conv2D'), 3 + 2 * 2);
  assert.equal(count('Conv2DBackpropInput'), 3 + 2 + 2);
  assert.equal(count('Conv2DBackpropFilter'), 3 + 2 * 2);
  assert.equal(count('FusedBatchNormV3') + count('FusedBatchNormGradV3'), 3 + 3);
});
