import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Health,
  isLookDue,
  isLost,
  isWell,
  judge,
  lossRatio,
  patienceSteps,
  startingHealth,
} from '../../../src/training/health/health.ts';

/** A look at a run in which all is well. */
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

type Look = Partial<typeof well & { discriminatorLossReal: number; discriminatorLossFake: number }>;
type Loss = Parameters<typeof judge>[3];
const bce: Loss = { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 };

/** Judges looks, one every 50 steps from step 50 on. */
function judgeAll(looks: readonly Look[], loss: Loss = bce, health: Health = startingHealth): Health {
  return looks.reduce((before, look, index) => judge(before, { ...well, ...look }, 50 * (index + 1), loss), health);
}

const times = (count: number, look: Look): Look[] => Array<Look>(count).fill(look);

test('a finding becomes the state once it has held for the whole patience, 250 steps, and not before', () => {
  assert.equal(patienceSteps, 250);
  for (const [state, look] of Object.entries(findings)) {
    const since = { [state]: 50 };
    assert.deepEqual(judgeAll(times(5, look)), { state: 'healthy', lookedAt: 250, since }, state);
    assert.deepEqual(judgeAll(times(6, look)), { state, lookedAt: 300, since });
  }
});

test('one good look begins the patience anew, and ends a state', () => {
  const bad = findings.collapsed;
  const again = judgeAll([...times(5, bad), well, ...times(5, bad)]);
  assert.deepEqual(again, { state: 'healthy', lookedAt: 550, since: { collapsed: 350 } });
  assert.deepEqual(judgeAll([...times(8, bad), well]), { state: 'healthy', lookedAt: 450, since: {} });
});

test('each finding has a patience of its own; of several the worst is the state', () => {
  const [winning, collapsed] = [findings['discriminator winning'], findings.collapsed];
  const both = { ...winning, ...collapsed };
  const looks = [...times(3, winning), ...times(5, both)];
  const since = { collapsed: 200, 'discriminator winning': 50 };
  assert.deepEqual(judgeAll(looks), { state: 'discriminator winning', lookedAt: 400, since });
  assert.deepEqual(judgeAll([...looks, both]), { state: 'collapsed', lookedAt: 450, since });
  assert.equal(judgeAll([...times(9, winning), collapsed]).state, 'healthy');
});

test('the critic of wgan has no accuracies, and is meant to win; its images and losses are judged all the same', () => {
  for (const state of ['discriminator winning', 'generator winning'] as const) {
    assert.deepEqual(judgeAll(times(9, findings[state]), { ...bce, type: 'wgan' }), {
      state: 'healthy',
      lookedAt: 450,
      since: {},
    });
    for (const type of ['bce', 'lsgan', 'hinge'] as const) {
      assert.equal(judgeAll(times(9, findings[state]), { ...bce, type }).state, state);
    }
  }
  for (const state of ['collapsed', 'diverged'] as const) {
    assert.equal(judgeAll(times(9, findings[state]), { ...bce, type: 'wgan' }).state, state);
  }
});

test('with bce a discriminator loss over ten times that of a constant 0.5, without penalty and scale, is divergence', () => {
  const stateAt = (sum: number, loss: Loss) =>
    judgeAll(times(9, { discriminatorLossReal: 0.25 * sum, discriminatorLossFake: 0.75 * sum }), loss).state;
  const half = { ...bce, discriminatorScale: 0.5 };
  assert.deepEqual([stateAt(13.8, bce), stateAt(13.9, bce)], ['healthy', 'diverged']); // 10 * 2 ln 2 = 13.863
  assert.deepEqual([stateAt(6.9, half), stateAt(6.95, half)], ['healthy', 'diverged']);
  assert.equal(judgeAll(times(9, { discriminatorLoss: 500 }), bce).state, 'healthy', 'a penalty, or an unknown part');
  for (const type of ['lsgan', 'hinge', 'wgan'] as const) assert.equal(stateAt(50, { ...bce, type }), 'healthy');
});

test('looks are at least 25 steps apart', () => {
  assert.deepEqual(
    [24, 25, 26].map((step) => isLookDue(startingHealth, step)),
    [false, true, true],
  );
  assert.deepEqual(
    [54, 55].map((step) => isLookDue({ state: 'healthy', lookedAt: 30, since: {} }, step)),
    [false, true],
  );
});

test('well is who was looked at and had nothing; lost is who has collapsed or diverged, not who is losing', () => {
  assert.equal(isWell(startingHealth), false);
  assert.equal(isWell({ state: 'healthy', lookedAt: 30, since: {} }), true);
  assert.equal(isWell({ state: 'healthy', lookedAt: 60, since: { collapsed: 60 } }), false);
  const lost = Object.keys(findings).filter((state) =>
    isLost({ state: state as Health['state'], lookedAt: 1, since: {} }),
  );
  assert.deepEqual(lost, ['collapsed', 'diverged']);
  assert.equal(isLost(startingHealth), false);
});

test('the ratio of the losses stands only where both are of one kind', () => {
  const loss = { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 } as const;
  assert.deepEqual(lossRatio({ ...well, generatorLoss: 3, discriminatorLoss: 1.5 }, loss), { lossRatio: 2 });
  assert.deepEqual(lossRatio({ ...well, generatorLoss: 3, discriminatorLoss: 1.5 }, { ...loss, type: 'lsgan' }), {
    lossRatio: 2,
  });
  assert.deepEqual(lossRatio({ ...well, discriminatorLoss: 0 }, loss), {});
  assert.deepEqual(lossRatio(well, { ...loss, generator: 'minimax' }), {});
  for (const type of ['hinge', 'wgan'] as const) assert.deepEqual(lossRatio(well, { ...loss, type }), {});
});
