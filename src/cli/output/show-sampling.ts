// Shows the events of commands that generate images: damaged checkpoints, the engine, and a progress bar.

import { printable } from '../../errors.ts';
import type { SamplingEvent } from '../../sampling/sampling.ts';
import { describeEngine } from './describe-engine.ts';
import { formatCount } from './format.ts';
import type { Progress } from './progress.ts';

export function showSampling(event: SamplingEvent, progress: Progress): void {
  switch (event.type) {
    case 'checkpoint':
      for (const { reason } of event.refused) progress.line(`Skipped a damaged checkpoint: ${printable(reason)}`);
      if (event.refused.length > 0) progress.line(`Using step ${event.step} of run ${event.runHash} instead.`);
      break;
    case 'engine':
      for (const line of describeEngine(event.info, event.notChosen)) progress.line(line);
      break;
    case 'tuning':
      progress.update(
        'Tuning convolutions',
        event.done,
        event.total,
        `${event.done} of ${event.total}, once per machine`,
      );
      break;
    case 'images': {
      const [done, total] = [formatCount(event.done), formatCount(event.total)];
      progress.update('Generating images', event.done, event.total, `${done} of ${total}`);
      break;
    }
  }
}
