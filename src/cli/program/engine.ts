// The commands that install and inspect compute engines.
import { type Command, Option } from 'commander';
import { deviceFlag, engineFlag, jsonFlag } from '../flags.ts';
import type { RunCommand } from '../output/outcome.ts';

export function addEngine(program: Command, run: RunCommand): void {
  const engine = program.command('engine').description('install and inspect compute engines');
  engine
    .command('install')
    .description('install the native engine: downloads TensorFlow from PyPI and compiles a binding for Node.js')
    .option('--cpu', 'install the CPU build even if there is a GPU')
    .option('--cuda', 'install the CUDA build (about 3 GB to download)')
    .addOption(
      new Option('--webgpu', 'install only Dawn, for the webgpu engine (21 MB)').conflicts(['cpu', 'cuda', 'onnx']),
    )
    .addOption(
      new Option('--onnx', 'install only ONNX Runtime, for --features FILE.onnx (14 MB)').conflicts(['cpu', 'cuda']),
    )
    .option('--if-possible', 'exit 0 even if it cannot be installed, and report what is missing')
    .addOption(jsonFlag())
    .action((options) => run(async (cli) => (await import('../commands/engine.ts')).runInstall(options, cli)));
  engine
    .command('info')
    .description('show the engine in use, its device and versions, and why other engines are not used')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .option('--verify', 'compare every file of the native engine with its checksum')
    .addOption(jsonFlag())
    .action((options) => run(async () => (await import('../commands/engine.ts')).runInfo(options)));
}
