// A failure of a measurement that a person can act on: what happened, what was expected, what to type.

export class BenchError extends Error {
  constructor({ happened, expected, fix }: { happened: string; expected?: string; fix?: string }) {
    super([happened, expected, fix].filter(Boolean).join('\n'));
  }
}
