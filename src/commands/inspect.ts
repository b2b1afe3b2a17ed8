// dcgan train --dry-run: checks everything and describes the run without writing anything.
import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engines/engine.ts';
import type { OpenedEngine } from '../engines/open.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import type { ConfigWarning } from '../models/design-warnings.ts';
import { isResidual, type ShapedLayer, singleLayersOf } from '../models/infer-shapes.ts';
import { countParameters, type Network } from '../models/network.ts';
import type { MemoryOutlook } from '../training/start/check-memory.ts';
import { type PreparationEvent, prepareRun, type RunOptions } from '../training/start/prepare-run.ts';

export interface LayerSummary {
  /** Position in its list. */
  index: number;
  type: string;
  /** Shape without the batch dimension. */
  output: readonly number[];
  /** Nested layers included. */
  parameters: number;
  /** Of a residual layer. */
  layers?: LayerSummary[];
  shortcut?: LayerSummary[];
}

export interface NetworkSummary {
  /** All parameters including batch-norm statistics, as Keras counts them. */
  parameters: number;
  /** Trainable parameters, as PyTorch counts them. */
  trainable: number;
  input: readonly number[];
  layers: LayerSummary[];
}

export interface Inspection {
  runHash: string;
  config: Config;
  generator: NetworkSummary;
  discriminator: NetworkSummary;
  data: {
    folder: string;
    images: number;
    skipped: number;
    notes: readonly string[];
    height: number;
    width: number;
    channels: number;
    fingerprint: string;
  };
  training: { steps: number; epochs: number; stepsPerEpoch: number };
  engine: EngineInfo & { notChosen: OpenedEngine['notChosen'] };
  /** Absent on a GPU. */
  memory?: MemoryOutlook;
  warnings: ConfigWarning[];
}

export async function inspect(
  options: RunOptions,
  onEvent: (event: PreparationEvent) => void,
  signal?: AbortSignal,
): Promise<Inspection> {
  const prepared = await prepareRun(options, onEvent, signal);
  const { config, networks, dataset, schedule, hash, opened, memory, warnings } = prepared;
  const { count, skipped, notes, height, width, channels, fingerprint, directory } = dataset;
  dataset.close();
  const { totalSteps, stepsPerEpoch } = schedule;
  return {
    runHash: hash,
    config,
    generator: summarise(networks.generator),
    discriminator: summarise(networks.discriminator),
    data: { folder: directory, images: count, skipped: skipped.length, notes, height, width, channels, fingerprint },
    training: { steps: totalSteps, epochs: totalSteps / stepsPerEpoch, stepsPerEpoch },
    engine: { ...opened.engine.info, notChosen: opened.notChosen },
    ...(memory ? { memory } : {}),
    warnings,
  };
}

function summarise(network: Network): NetworkSummary {
  const { all, trainable } = countParameters(network);
  return { parameters: all, trainable, input: network.input, layers: summariseLayers(network.layers) };
}

function summariseLayers(layers: readonly ShapedLayer[]): LayerSummary[] {
  return layers.map((walked, index) => {
    const parameters = singleLayersOf([walked]).flatMap((single) => single.parameters);
    return {
      index,
      type: walked.layer.type,
      output: walked.output,
      parameters: parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0),
      ...(isResidual(walked) && {
        layers: summariseLayers(walked.layers),
        shortcut: summariseLayers(walked.shortcut),
      }),
    };
  });
}
