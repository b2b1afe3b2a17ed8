// Converts layers to a torch.nn.Sequential: its Python code and state_dict.
import type { InferenceLayer, InferenceLayerOf } from '../inference-layers.ts';
import { reshapeTargets } from './channel-order.ts';
import { modulesOf } from './modules.ts';
import type { TorchModule } from './torch-module.ts';

interface NamedLayer {
  layer: InferenceLayer;
  modules: readonly TorchModule[];
}

export function sequenceOf(layers: readonly InferenceLayer[]): TorchModule {
  const images = reshapeTargets(layers);
  const named = layers.map((layer, i) => ({
    layer,
    modules: layer.type === 'residual' ? [residual(layer)] : modulesOf(layer, images[i]),
  }));
  const modules = named.flatMap((each) => each.modules);
  return {
    code: sequenceCode(named),
    state: Object.assign({}, ...modules.map(({ state }, i) => under(`${i}`, state))),
  };
}

function residual(layer: InferenceLayerOf<'residual'>): TorchModule {
  const [layers, shortcut] = [sequenceOf(layer.layers), sequenceOf(layer.shortcut)];
  return {
    code: `Residual(\n${indented(`${layers.code},\n${shortcut.code},`)}\n)`,
    state: { ...under('layers', layers.state), ...under('shortcut', shortcut.state) },
  };
}

function under(name: string, state: TorchModule['state']): TorchModule['state'] {
  return Object.fromEntries(Object.entries(state).map(([part, tensor]) => [`${name}.${part}`, tensor]));
}

/** A comment after each line states its output shape. */
function sequenceCode(layers: readonly NamedLayer[]): string {
  const lines = layers.flatMap(({ layer, modules }) =>
    modules.map(({ code }, index) => `${code},${index === modules.length - 1 ? shapeNote(layer) : ''}`),
  );
  return lines.length === 0 ? 'nn.Sequential()' : `nn.Sequential(\n${indented(lines.join('\n'))}\n)`;
}

export function indented(code: string): string {
  return code.replaceAll(/^/gm, '    ');
}

function shapeNote({ type, output }: InferenceLayer): string {
  if (/relu|tanh|sigmoid|batchNorm/i.test(type)) return '';
  const [height, width, channels] = output;
  return `  # [${output.length === 3 ? [channels, height, width].join(', ') : output.join(', ')}]`;
}
