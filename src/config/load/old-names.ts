// Accepts the config keys of earlier versions, in files and in checkpoints.

/** A config's content with `outputs.metricsEvery` under its present name, `outputs.lossesEvery`. */
export function withPresentNames(content: unknown): unknown {
  if (!isRecord(content) || !isRecord(content['outputs'])) return content;
  const { metricsEvery, ...outputs } = content['outputs'];
  if (metricsEvery === undefined || 'lossesEvery' in outputs) return content;
  return { ...content, outputs: { ...outputs, lossesEvery: metricsEvery } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
