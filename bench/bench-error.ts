// An error of the benchmark that the user can act on.

export class BenchError extends Error {
  constructor({ happened, expected, fix }: { happened: string; expected?: string; fix?: string }) {
    super([happened, expected, fix].filter(Boolean).join('\n'));
  }
}
