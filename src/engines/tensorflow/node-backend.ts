// Loads tfjs-node-gpu's backend class and kernels from an installation. The modules they require are provided here instead of found in
// a node_modules folder, so that they share this program's copy of tfjs-core.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import util from 'node:util';
import { compileFunction } from 'node:vm';
import type * as core from '@tensorflow/tfjs-core';
import type { Binding } from './binding.ts';
import type { Installation } from './install/location.ts';
import { bindingFolder } from './install/packages.ts';

type BackendClass = new (
  binding: Binding,
  packageName: string,
) => core.KernelBackend & { readonly isUsingGpuDevice: boolean };

/**
 * Registers the kernels with `tfjs` and returns the backend class. The package's entry point is not used, since it looks for a binding
 * in node_modules.
 */
export function loadNodeBackend({ directory }: Installation, tfjs: typeof core): BackendClass {
  addChainedOps(tfjs);
  const load = createLoader({
    '@tensorflow/tfjs': tfjs,
    '@tensorflow/tfjs-core': tfjs,
    './proto/api_pb': {}, // TensorBoard messages, unused
    os,
    util: {
      ...util,
      isNullOrUndefined: (value: unknown) => value === null || value === undefined,
      isArray: Array.isArray,
    }, // removed in Node 23
  });
  const file = (name: string) => join(directory, bindingFolder, 'dist', name);
  load(file('register_all_kernels.js'));
  return (load(file('nodejs_kernel_backend.js')) as { NodeJSKernelBackend: BackendClass }).NodeJSKernelBackend;
}

/** Adds the tensor methods that its kernels call (ArgMax, ArgMin, Exp, Prelu), which tfjs-core alone lacks. */
function addChainedOps({ Tensor, add, cast, mul, sub }: typeof core): void {
  Object.assign(Tensor.prototype, {
    add(this: core.Tensor, other: core.TensorLike) {
      return add(this, other);
    },
    mul(this: core.Tensor, other: core.TensorLike) {
      return mul(this, other);
    },
    sub(this: core.Tensor, other: core.TensorLike) {
      return sub(this, other);
    },
    toFloat(this: core.Tensor) {
      return cast(this, 'float32');
    },
    toInt(this: core.Tensor) {
      return cast(this, 'int32');
    },
  });
}

/** Loads CommonJS modules by path. They can require each other, and the modules in `provided` by name. */
function createLoader(provided: Readonly<Record<string, unknown>>): (path: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = loaded.get(path);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(path, module); // before it runs, as modules may require each other in a cycle
    const require = (name: string) => provided[name] ?? load(`${resolve(dirname(path), name)}.js`);
    const parameters = ['exports', 'require', 'module'];
    const run = compileFunction(readFileSync(path, 'utf8'), parameters, { filename: path }) as ModuleFunction;
    run(module.exports, require, module);
    return module.exports;
  };
  return load;
}

type ModuleFunction = (exports: unknown, require: (name: string) => unknown, module: { exports: unknown }) => void;
