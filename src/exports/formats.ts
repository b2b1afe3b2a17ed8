// The export formats by name. Each module is loaded on first use, so that listing the names is cheap.
import type { ExportFormat } from './format.ts';

export const exportFormats = {
  onnx: async () => (await import('./onnx/format.ts')).exportOnnx,
  tfjs: async () => (await import('./tfjs/format.ts')).exportTfjs,
  ml5: async () => (await import('./ml5.ts')).exportMl5,
  web: async () => (await import('./web/format.ts')).exportWeb,
  'saved-model': async () => (await import('./saved-model/format.ts')).exportSavedModel,
  safetensors: async () => (await import('./torch/format.ts')).exportTorch,
  checkpoint: async () => (await import('./checkpoint.ts')).exportCheckpoint,
  'png-sheet': async () => (await import('./png-sheet.ts')).exportPngSheet,
} as const satisfies Readonly<Record<string, () => Promise<ExportFormat>>>;

export type ExportFormatName = keyof typeof exportFormats;

export const exportFormatNames = Object.keys(exportFormats) as ExportFormatName[];
