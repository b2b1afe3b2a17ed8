import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';
import { startTensorflow } from '../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../src/engines/tensorflow/install/location.ts';
import { recordProgram } from '../../../src/engines/tensorflow/program.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/package-directory.ts';
import { functionNames, trainingProgram } from '../../../src/training/program.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';

test('a step of mnist.yaml stays a small graph', { skip: noTensorflow }, async (t) => {
  const { recorder } = await startTensorflow(findInstallation()!);
  const config = await loadConfig(join(packageDirectory, 'configs', 'mnist.yaml'));
  const program = trainingProgram(config, buildNetworks(config), [100], 16);
  const name = functionNames.step(100);
  const { functions, nodes } = recordProgram(program, recorder, 'float32');
  const recorded = functions.find((fn) => fn.name === name)!.recording.ops.length;
  const inGraph = nodes.filter((node) => node.name.startsWith(`${name}/`));
  const computing = inGraph.filter(({ op }) => !['Const', 'Placeholder', 'ReadVariableOp', 'Identity'].includes(op));
  const count = (op: string) => inGraph.filter((node) => node.op === op).length;
  t.diagnostic(`${recorded} ops recorded, ${inGraph.length} nodes, ${computing.length} of them compute`);

  // Stock tf.layers and minimize run 782 ops for a step of this network.
  assert.ok(computing.length <= 240, `${computing.length} nodes compute`);
  assert.equal(count('ResourceApplyAdam'), 10 + 6); // one per weight: generator and discriminator
  assert.equal(count('StatelessRandomUniform'), 2 * 2); // two dropout layers, real and fake images
  // Generator: 3 transposed convolutions. Discriminator: 2 convolutions on real and on fake images.
  // Backward, in the generator a Conv2D gives dx and a Conv2DBackpropFilter dw each; in the discriminator dw of 2 layers
  // on two batches, dx of layer 2 on both and of both layers for the generator.
  assert.equal(count('Conv2D'), 4 + 3);
  assert.equal(count('FusedBatchNormV3') + count('FusedBatchNormGradV3'), 3 + 3);
});
