// Export format safetensors: generator.safetensors, the state_dict of a torch.nn.Sequential, and generator.py, which defines it.
// Images are NCHW in the config's value range.
import { join } from 'node:path';
import { encodeSafetensors } from '../../formats/safetensors.ts';
import { writeFileAtomic } from '../../system/write-file.ts';
import type { ExportFormat } from '../format.ts';
import { inferenceLayers } from '../inference-layers.ts';
import { pythonFile } from './python-file.ts';
import { sequenceOf } from './sequence.ts';

export const exportTorch: ExportFormat = async ({ generator, step, runHash }, folder) => {
  const { code, state } = sequenceOf(inferenceLayers(generator));
  const title = `${generator.config.name.replace(/[^\w./ -]/g, '_')}, step ${step} of run ${runHash}`;
  const files = { weights: 'generator.safetensors', module: 'generator.py' };
  const metadata = { format: 'pt', title };
  await writeFileAtomic(join(folder, files.weights), encodeSafetensors(state, metadata));
  await writeFileAtomic(join(folder, files.module), pythonFile(title, generator.config, code));
  return Object.values(files);
};
