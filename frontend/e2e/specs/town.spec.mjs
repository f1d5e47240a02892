import assert from 'node:assert/strict';
import { Screen } from '../drivers/screen.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// The public page: services nearby, search, and the way to the report. That nothing leaves the origin is asserted by
// the harness for every visitor.

const near = (lon, lat) => `/?at=${lat},${lon},16`;

const services = spec(
  'the services nearby are listed, one kind when asked',
  { size: 'desk' },
  async (world) => {
    const { when, then, origin, page } = world;
    const town = new Town(origin);
    const thing = await town.facility();
    const list = page.locator('.nearby');
    const asked = (kind = '') =>
      town.get(
        `/api/v1/services?near=${thing.lon},${thing.lat}&limit=20&radius=3000${kind && `&kind=${kind}`}`,
      );

    await when('somebody opens the page at a place', async () => {
      await page.goto(near(thing.lon, thing.lat));
      await list.locator('.one').first().waitFor();
    });
    await then('the nearest services stand at the left', async () => {
      const { features } = await asked();
      const names = await list.locator('.one b').allInnerTexts();
      assert.equal(names.length, features.length);
      assert.equal(names[0], features[0].properties.name);
    });
    await when('they choose pharmacies', () =>
      list.locator('.kinds').getByRole('button', { name: '药店' }).click(),
    );
    await then('only those are left', async () => {
      const { features } = await asked('pharmacy');
      assert.ok(features.length > 0);
      await page.waitForFunction(
        (n) => document.querySelectorAll('.nearby .one').length === n,
        features.length,
      );
      assert.deepEqual(
        await list.locator('.one b').allInnerTexts(),
        features.map(({ properties }) => properties.name),
      );
    });
    await when('they choose one', () => list.locator('.one').first().click());
    await then('the map goes there and a card tells about it', async () => {
      const [first] = (await asked('pharmacy')).features;
      await new Screen(world, origin).centreIs(first.geometry.coordinates);
      await page.locator('.cards').getByText(first.properties.name).first().waitFor();
    });
  },
);

const search = spec(
  'the public search goes where one wants, and knows no cases',
  { size: 'desk' },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const screen = new Screen(world, origin);
    const town = new Town(origin);
    const thing = await town.facility('seat');
    const { number } = await town.report(thing.code);
    await given('the public page', async () => {
      await page.goto('/');
      await page.locator('.nearby .one').first().waitFor();
    });
    await when('somebody types the code of a plate', () => screen.find(thing.code));
    await then('the map flies there and the card names it', async () => {
      await screen.centreIs([thing.lon, thing.lat]);
      await page.locator('.cards').getByText(thing.name).first().waitFor();
    });
    await when('they type the number of a case', () => screen.searchBox().fill(number));
    await then('nothing is found', () =>
      page
        .locator('.search .note')
        .getByText(/没有找到/)
        .waitFor(),
    );
  },
);

const report = spec('the report button leads to the report page', {}, async ({ when, then, page }) => {
  await when('somebody opens the page on a phone and taps it', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: '我要上报' }).click();
  });
  await then('the report page opens', async () => {
    await page.waitForURL('**/report');
    await page.locator('#form').waitFor();
  });
});

const hidden = spec('the public page shows no case', { size: 'desk' }, async (world) => {
  const { when, then, origin, page, seen } = world;
  const thing = await new Town(origin).facility();
  const screen = new Screen(world, origin);
  await when('it is open where a case lies', async () => {
    await new Town(origin).report(thing.code);
    await page.goto(near(thing.lon, thing.lat));
    await page.waitForFunction(() => globalThis.__onemap);
    await screen.rested();
  });
  await then('it has not asked for cases', () => {
    assert.deepEqual(
      seen.filter((url) => /\/tiles\/cases|\/api\/v1\/cases/.test(url)),
      [],
    );
  });
});

const paper = spec('on paper the night is day', { size: 'desk', sharp: true }, async (world) => {
  const { given, when, then, origin, page } = world;
  const screen = new Screen(world, origin);
  await given('the map at night', async () => {
    await page.addInitScript(() => localStorage.setItem('onemap.theme.public', 'night'));
    await page.goto('/');
    await page.waitForFunction(() => globalThis.__onemap);
    await screen.rested();
    assert.ok((await brightness(page.locator('.map'))) < 0.3);
  });
  await when('it goes to the printer', () => page.emulateMedia({ media: 'print' }));
  await then('it is dark on white, without what is only pressed', async () => {
    assert.ok((await brightness(page.locator('.map'))) > 0.7);
    assert.equal(
      await page.locator('body').evaluate((one) => getComputedStyle(one).backgroundColor),
      'rgb(255, 255, 255)',
    );
    assert.equal(await page.locator('.map .tools').isVisible(), false);
    assert.equal(await screen.searchBox().isVisible(), false);
  });
});

/** How bright something is on the whole, from 0 to 1. */
async function brightness(what) {
  const shot = (await what.screenshot()).toString('base64');
  return what.page().evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    pen.drawImage(picture, 0, 0);
    const { data } = pen.getImageData(0, 0, picture.width, picture.height);
    let sum = 0;
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) sum += data[i];
    return sum / ((data.length / 4) * 3 * 255);
  }, shot);
}

export default [services, search, report, hidden, paper];
