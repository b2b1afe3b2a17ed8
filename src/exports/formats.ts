// The formats of dcgan export by name. Each is loaded when it is asked for, so that the table costs nothing.
import type { ExportFormat } from './format.ts';

export const formats: Readonly<Record<string, () => Promise<ExportFormat>>> = {
  onnx: async () => (await import('./onnx/format.ts')).exportOnnx,
  'saved-model': async () => (await import('./saved-model/format.ts')).exportSavedModel,
  safetensors: async () => (await import('./torch/format.ts')).exportTorch,
  checkpoint: async () => (await import('./checkpoint.ts')).exportCheckpoint,
  'png-sheet': async () => (await import('./png-sheet.ts')).exportPngSheet,
};
