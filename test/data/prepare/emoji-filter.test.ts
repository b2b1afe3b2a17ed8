import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEmoji, type Emoji, isYellowFace, resolveCategories } from '../../../src/data/prepare/emoji-filter.ts';

const list: Emoji[] = [
  { image: 'grin.png', category: 'Smileys & Emotion', has_img_apple: true, has_img_twitter: true },
  {
    image: 'hand.png',
    category: 'People & Body',
    has_img_apple: true,
    has_img_twitter: true,
    skin_variations: {
      '1F3FB': { image: 'hand-light.png', has_img_apple: true, has_img_twitter: true },
      '1F3FF': { image: 'hand-dark.png', has_img_apple: true, has_img_twitter: false },
    },
  },
  { image: 'ball.png', category: 'Activities', has_img_apple: true, has_img_twitter: false },
];

test('accepts current and former category names in any letter case', () => {
  const people = ['Smileys & Emotion', 'People & Body'];
  assert.deepEqual(resolveCategories(['people']), people);
  assert.deepEqual(resolveCategories(['People', ' activity ', 'Activities']), [...people, 'Activities']);
  assert.deepEqual(resolveCategories(['food & drink', 'Foods']), ['Food & Drink']);
  assert.deepEqual(resolveCategories(['People & Body']), ['People & Body']);
});

test('an unknown category is refused with the list', () => {
  assert.throws(() => resolveCategories(['people', 'Fruit']), {
    code: 'usage.category',
    exitCode: 2,
    message: /"Fruit"[\s\S]*Food & Drink[\s\S]*people/,
  });
});

test('selects emoji by category, skin tone and available images', () => {
  const categories = ['Smileys & Emotion', 'People & Body'];
  const choose = (set: string, skinTones: boolean, more: string[] = []) =>
    chooseEmoji(list, { set, categories: [...categories, ...more], skinTones });
  assert.deepEqual(choose('twitter', false), ['grin.png', 'hand.png']);
  assert.deepEqual(choose('apple', true), ['grin.png', 'hand.png', 'hand-light.png', 'hand-dark.png']);
  assert.deepEqual(choose('twitter', true), ['grin.png', 'hand.png', 'hand-light.png']);
  assert.deepEqual(choose('apple', false, ['Activities']), ['grin.png', 'hand.png', 'ball.png']);
  assert.deepEqual(choose('twitter', false, ['Activities']), ['grin.png', 'hand.png']);
});

test('a yellow face is mostly yellow where it is not blue, and mostly opaque', () => {
  const yellow = [255, 220, 60, 255];
  const white = [255, 255, 255, 255];
  const brown = [120, 80, 40, 255];
  const clear = [0, 0, 0, 0];
  const image = (...parts: [number[], number][]) =>
    Uint8Array.from(parts.flatMap(([pixel, count]) => Array.from({ length: count }, () => pixel).flat()));
  assert.equal(isYellowFace(image([yellow, 8], [clear, 2])), true);
  assert.equal(isYellowFace(image([yellow, 7], [clear, 3])), false); // 0.7 opaque is not more than 0.7
  assert.equal(isYellowFace(image([yellow, 5], [brown, 4], [clear, 1])), false); // 5 of 10
  assert.equal(isYellowFace(image([yellow, 6], [brown, 3], [clear, 1])), true); // 6 of 10
  assert.equal(isYellowFace(image([yellow, 1], [white, 9])), true); // white is not counted: 1 of 1
  assert.equal(isYellowFace(image([white, 10])), false);
});
