// The smallest valid config file; everything else has its default.

/** A new config object that a test may modify. */
export function minimalConfig(): {
  data: Record<string, unknown>;
  generator: { layers: Record<string, unknown>[] } & Record<string, unknown>;
  discriminator: { layers: Record<string, unknown>[] } & Record<string, unknown>;
  training: Record<string, unknown>;
} & Record<string, unknown> {
  return {
    data: { folder: 'pictures', size: 8, channels: 1 },
    generator: {
      layers: [{ type: 'dense', units: 64 }, { type: 'reshape', shape: [8, 8, 1] }, { type: 'tanh' }],
    },
    discriminator: { layers: [{ type: 'flatten' }, { type: 'dense', units: 1 }] },
    training: { steps: 10, batchSize: 4 },
  };
}
