import { startTensorflow } from '../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../src/engines/tensorflow/install/location.ts';
import { formsOf } from '../src/engines/tensorflow/convolutions/choices.ts';
import { compileRecorded } from '../src/engines/tensorflow/compile.ts';
import { convolutionOf, operationsOf } from '../src/engines/tensorflow/convolutions/geometry.ts';
import { engine, reshape, slice } from '@tensorflow/tfjs-core';
const { tracer } = await startTensorflow(findInstallation()!);
const operands = { forward: ['x', 'w'], inputGradient: ['dy', 'w'], filterGradient: ['x', 'dy'] } as const;
const precision = (process.env.P ?? 'mixed_bfloat16') as 'mixed_bfloat16';
const ROUNDS = Number(process.env.R ?? 7);
const list = process.argv[2]!.split(';'); // B,H,C,k,F,s,p0,p1
const kinds = (process.argv[3] ?? 'forward,inputGradient,filterGradient').split(',') as (keyof typeof formsOf)[];
for (const spec of list) {
  const [B, H, C, k, F, s, p0, p1] = spec.split(',').map(Number) as [number, number, number, number, number, number, number, number];
  const c = convolutionOf({ strides: s, pad: [[0, 0], [p0, p1], [p0, p1], [0, 0]] }, [B, H, H, C], [k, k, C, F]);
  const shapes = { x: c.input, w: c.filter, dy: c.output };
  for (const kind of kinds) {
    const forms = formsOf[kind].filter((f) => f.fits(c));
    const fns = Object.fromEntries(forms.map((form) => [form.name, { feeds: {}, body(v: any) {
      const [a, b] = operands[kind];
      const r = form.compute(engine().backend as any, c, v[a], v[b]);
      return { outputs: { o: reshape(slice(reshape(r, [-1]), 0, 1), []) } };
    } }]));
    const program = { variables: Object.fromEntries(operands[kind].map((n) => [n, shapes[n]])), functions: fns } as any;
    const compiled = await compileRecorded(program, tracer, { precision });
    await compiled.write(Object.fromEntries(operands[kind].map((n) => [n, Float32Array.from({ length: shapes[n].reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 13) / 13 - 0.5)])));
    const t: Record<string, number[]> = {};
    for (const f of forms) await compiled.run(f.name, {});
    for (let r = 0; r < ROUNDS; r++) for (const f of forms) { const a = performance.now(); await compiled.run(f.name, {}); (t[f.name] ??= []).push(performance.now() - a); }
    const gf = operationsOf(c) / 1e9;
    console.log(spec, kind, gf.toFixed(1) + ' GF', forms.map((f) => { const b = Math.min(...t[f.name]!); return `${f.name} ${b.toFixed(1)} (${(gf / b * 1000).toFixed(0)})`; }).join(' | '));
    compiled.dispose();
  }
}
