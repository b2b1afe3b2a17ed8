import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareData } from '../../src/commands/data-prepare.ts';

const root = '/nowhere';
const silent = () => {};

test('an unknown dataset, set or category is a usage error with the known names', async () => {
  await assert.rejects(prepareData({ dataset: 'cifar', root }, silent), {
    exitCode: 2,
    message: /"cifar"[\s\S]*mnist and emoji/,
  });
  await assert.rejects(prepareData({ dataset: 'emoji', set: 'samsung', root }, silent), {
    exitCode: 2,
    message: /"samsung"[\s\S]*apple, google, twitter, facebook/,
  });
  await assert.rejects(prepareData({ dataset: 'emoji', categories: ['fruit'], root }, silent), {
    exitCode: 2,
    message: /"fruit"[\s\S]*Food & Drink/,
  });
});
