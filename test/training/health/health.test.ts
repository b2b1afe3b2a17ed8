import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assessHealth,
  type Health,
  hasFailed,
  initialHealth,
  isProbeDue,
  passedLastProbe,
  patienceSteps,
} from '../../../src/training/health/health.ts';
import { lossRatio } from '../../../src/training/losses.ts';

/** A probe of a healthy run. */
const well = {
  discriminatorLoss: 1.2,
  generatorLoss: 1.3,
  realScore: 0.6,
  fakeScore: 0.4,
  realAccuracy: 0.7,
  fakeAccuracy: 0.8,
  diversity: 0.9,
  generatorGradient: 3,
  discriminatorGradient: 8,
};

const findings = {
  'discriminator winning': { realAccuracy: 0.99, fakeAccuracy: 1 },
  'generator winning': { fakeAccuracy: 0.01 },
  collapsed: { diversity: 0.05 },
  diverged: { discriminatorLoss: -2e6 },
} as const;

type Probe = Partial<typeof well & { discriminatorLossReal: number; discriminatorLossFake: number }>;
type Loss = Parameters<typeof assessHealth>[3];
const bce: Loss = { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 };

/** Health after these probes, one every 50 steps from step 50. */
function healthAfter(probes: readonly Probe[], loss: Loss = bce, health: Health = initialHealth): Health {
  return probes.reduce(
    (before, probe, index) => assessHealth(before, { ...well, ...probe }, 50 * (index + 1), loss),
    health,
  );
}

const times = (count: number, probe: Probe): Probe[] => Array<Probe>(count).fill(probe);

test('makes a finding the state after 250 steps, and not before', () => {
  assert.equal(patienceSteps, 250);
  for (const [state, probe] of Object.entries(findings)) {
    const since = { [state]: 50 };
    assert.deepEqual(healthAfter(times(5, probe)), { state: 'healthy', lookedAt: 250, since }, state);
    assert.deepEqual(healthAfter(times(6, probe)), { state, lookedAt: 300, since });
  }
});

test('resets the patience and ends a state after one probe without findings', () => {
  const bad = findings.collapsed;
  const again = healthAfter([...times(5, bad), well, ...times(5, bad)]);
  assert.deepEqual(again, { state: 'healthy', lookedAt: 550, since: { collapsed: 350 } });
  assert.deepEqual(healthAfter([...times(8, bad), well]), { state: 'healthy', lookedAt: 450, since: {} });
});

test('waits for each finding separately, and takes the worst for the state', () => {
  const [winning, collapsed] = [findings['discriminator winning'], findings.collapsed];
  const both = { ...winning, ...collapsed };
  const probes = [...times(3, winning), ...times(5, both)];
  const since = { collapsed: 200, 'discriminator winning': 50 };
  assert.deepEqual(healthAfter(probes), { state: 'discriminator winning', lookedAt: 400, since });
  assert.deepEqual(healthAfter([...probes, both]), { state: 'collapsed', lookedAt: 450, since });
  assert.equal(healthAfter([...times(9, winning), collapsed]).state, 'healthy');
});

test('ignores accuracies with wgan, but checks its images and losses', () => {
  for (const state of ['discriminator winning', 'generator winning'] as const) {
    assert.deepEqual(healthAfter(times(9, findings[state]), { ...bce, type: 'wgan' }), {
      state: 'healthy',
      lookedAt: 450,
      since: {},
    });
    for (const type of ['bce', 'lsgan', 'hinge'] as const) {
      assert.equal(healthAfter(times(9, findings[state]), { ...bce, type }).state, state);
    }
  }
  for (const state of ['collapsed', 'diverged'] as const) {
    assert.equal(healthAfter(times(9, findings[state]), { ...bce, type: 'wgan' }).state, state);
  }
});

test('reports divergence with bce above ten times the loss of a constant 0.5, without penalty and scale', () => {
  const stateAt = (sum: number, loss: Loss) =>
    healthAfter(times(9, { discriminatorLossReal: 0.25 * sum, discriminatorLossFake: 0.75 * sum }), loss).state;
  const half = { ...bce, discriminatorScale: 0.5 };
  assert.deepEqual([stateAt(13.8, bce), stateAt(13.9, bce)], ['healthy', 'diverged']); // 10 * 2 ln 2 = 13.863
  assert.deepEqual([stateAt(6.9, half), stateAt(6.95, half)], ['healthy', 'diverged']);
  assert.equal(
    healthAfter(times(9, { discriminatorLoss: 500 }), bce).state,
    'healthy',
    'a penalty, or an unknown part',
  );
  for (const type of ['lsgan', 'hinge', 'wgan'] as const) assert.equal(stateAt(50, { ...bce, type }), 'healthy');
});

test('probes at most every 25 steps', () => {
  assert.deepEqual(
    [24, 25, 26].map((step) => isProbeDue(initialHealth, step)),
    [false, true, true],
  );
  assert.deepEqual(
    [54, 55].map((step) => isProbeDue({ state: 'healthy', lookedAt: 30, since: {} }, step)),
    [false, true],
  );
});

test('passes the last probe only after one without findings; fails only if collapsed or diverged', () => {
  assert.equal(passedLastProbe(initialHealth), false);
  assert.equal(passedLastProbe({ state: 'healthy', lookedAt: 30, since: {} }), true);
  assert.equal(passedLastProbe({ state: 'healthy', lookedAt: 60, since: { collapsed: 60 } }), false);
  const failed = Object.keys(findings).filter((state) =>
    hasFailed({ state: state as Health['state'], lookedAt: 1, since: {} }),
  );
  assert.deepEqual(failed, ['collapsed', 'diverged']);
  assert.equal(hasFailed(initialHealth), false);
});

test('gives the ratio of losses only if they are comparable', () => {
  const loss = { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 } as const;
  assert.deepEqual(lossRatio({ ...well, generatorLoss: 3, discriminatorLoss: 1.5 }, loss), { lossRatio: 2 });
  assert.deepEqual(lossRatio({ ...well, generatorLoss: 3, discriminatorLoss: 1.5 }, { ...loss, type: 'lsgan' }), {
    lossRatio: 2,
  });
  assert.deepEqual(lossRatio({ ...well, discriminatorLoss: 0 }, loss), {});
  assert.deepEqual(lossRatio(well, { ...loss, generator: 'minimax' }), {});
  for (const type of ['hinge', 'wgan'] as const) assert.deepEqual(lossRatio(well, { ...loss, type }), {});
});
