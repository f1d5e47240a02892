import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { Resident } from '../drivers/report.mjs';
import { Screen } from '../drivers/screen.mjs';
import { cable } from '../harness/cable.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// The report's journey on the desk: it comes by itself, is driven to its end, and everybody sees the same.

const desk = { size: 'desk' };
const place = ({ lon, lat }) => `?at=${lat},${lon},17`;

async function seeingAll(origin) {
  const all = new Desk(origin);
  await all.signIn('supervisor');
  return all;
}

const whole = spec('a report comes to the desk by itself and is driven to its close', desk, async (world) => {
  const { given, when, then, origin, open, tell } = world;
  const town = new Town(origin);
  const all = await seeingAll(origin);
  const thing = await given('a facility with a plate', () => town.facility());
  const operator = new Screen(world, origin);
  const supervisor = new Screen(await open(), origin);
  const handler = new Screen(await open({ size: 'phone' }), origin);
  const street = await open({ size: 'phone' });
  const resident = new Resident(street);
  await given('operator, supervisor and a handler at their screens', async () => {
    await operator.enter('operator', place(thing));
    await supervisor.enter('supervisor', place(thing));
    await handler.enter('handler');
    await operator.rested();
  });

  let id = '';
  await when('a resident scans the plate and reports with the phone', async () => {
    const before = (await operator.rows()).map((row) => row.id);
    await resident.scan(thing.code);
    await resident.choose('broken');
    const answer = street.page.waitForResponse(
      (response) => response.url().endsWith('/api/v1/reports') && response.status() === 201,
    );
    await resident.send();
    await answer;
    const from = performance.now();
    await operator.page.waitForFunction(
      (known) => {
        const first = document.querySelector('#queue-list [data-id]');
        return first && !known.includes(first.dataset.id);
      },
      before,
      { polling: 'raf' },
    );
    const listed = performance.now() - from;
    [{ id }] = await operator.rows();
    await operator.drawnAs(id, 'reported');
    const drawn = performance.now() - from;
    tell(
      `after the server's 201: in the list in ${Math.round(listed)} ms, on the map in ${Math.round(drawn)} ms`,
    );
    assert.ok(listed < 5000, `in the list only after ${listed} ms`);
  });
  await then('it is that report, and on top of the supervisor’s list as well', async () => {
    const row = (await all.cases()).find((one) => one.id === id);
    assert.equal(row.facility_code, thing.code);
    await supervisor.row(id).waitFor();
    assert.equal((await supervisor.rows())[0].id, id);
  });
  await then('what is at its place tells the facility and the report, and leads to it', async () => {
    const card = await operator.askAt([thing.lon, thing.lat], id);
    const groups = await card.locator('h3').allTextContents();
    assert.deepEqual(groups.slice(0, 2), ['附近未办结案件（50 米内）', '附近设施（50 米内）']);
    await card.locator(`[data-id="${id}"]`).click();
    await operator.page.waitForFunction(
      (one) => new URLSearchParams(location.search).get('case') === one,
      id,
    );
  });

  await when('the operator opens it and files it with two keys', async () => {
    await operator.pick(id);
    await operator.press('f');
    await operator.press('Control+Enter');
  });
  await then('every screen follows by itself', async () => {
    await operator.lastStep('立案');
    await operator.drawnAs(id, 'filed');
    await supervisor.drawnAs(id, 'filed');
    await supervisor.row(id).waitFor({ state: 'detached' });
  });

  await when('the operator dispatches it with the mouse', async () => {
    await operator.action('派遣').click();
    await operator.chooseDepartment('D02');
    await operator.action('派遣').click();
  });
  await then('the handler of that department has it on the phone', async () => {
    await operator.lastStep('派遣');
    await handler.row(id).waitFor();
  });

  await when('the handler accepts it and says what was done', async () => {
    await handler.pick(id);
    await handler.action('接收处置').click();
    await handler.action('接收处置').click();
    await handler.lastStep('接收处置');
    await operator.lastStep('接收处置');
    await handler.action('反馈办结').click();
    await handler.action('反馈办结').click();
    await handler.panel().getByText('请写一句说明。').waitFor();
    await handler.note().fill('换了一块新的板条。');
    await handler.action('反馈办结').click();
    await handler.lastStep('反馈办结');
  });
  await then('it is on the supervisor’s list again', async () => {
    await operator.lastStep('反馈办结');
    await operator.drawnAs(id, 'resolved');
    await supervisor.row(id).waitFor();
  });

  await when('the supervisor closes it', async () => {
    await supervisor.pick(id);
    await supervisor.panel().getByText('换了一块新的板条。').first().waitFor();
    await supervisor.press('c');
    await supervisor.press('Control+Enter');
    await supervisor.lastStep('核查结案');
  });
  await then('no screen and no map keeps an older state', async () => {
    await operator.lastStep('核查结案');
    for (const screen of [operator, supervisor]) {
      await screen.drawnAs(id, 'closed');
      await screen.rested();
      assert.deepEqual(await screen.drawn(id), ['closed']);
    }
    assert.equal(await operator.row(id).getAttribute('data-state'), 'closed');
  });
  await then('the resident’s receipt says so too', async () => {
    await resident.page.locator('.now').getByText('已结案').waitFor({ timeout: 25_000 });
    await resident.page.getByText('换了一块新的板条。').first().waitFor();
  });
});

const written = '同一处已有案件，这里写了一半';

/** A case both have open, and the words the second has typed when the first was quicker. */
async function bothAtOne({ given, when, origin, open, page, context }, { deaf }) {
  const thing = await new Town(origin).facility();
  const first = new Screen({ page, context }, origin);
  const second = new Screen(await open(), origin);
  const { number } = await new Town(origin).report(thing.code);
  const { id } = await (await seeingAll(origin)).caseOf(number);
  await given('two of the staff with the same case open', async () => {
    if (deaf) await second.context.route('**/api/v1/feed', (route) => route.abort());
    await first.enter('operator', `?case=${id}`);
    const seat = new Desk(origin);
    await seat.signIn('operator');
    await seat.enter(second.context);
    await second.page.goto(`/command?case=${id}`);
    await first.opened();
    await second.opened();
  });
  await given('the second has begun to write', async () => {
    await second.press('x');
    await second.note().fill(written);
  });
  await when('the first is quicker', async () => {
    await first.press('f');
    await first.press('Control+Enter');
    await first.lastStep('立案');
  });
  return second;
}

async function conflictInWords(second) {
  await second.panel().getByText('别人刚刚办理过这件案件').waitFor();
  await second.panel().getByText('您看到的是「待受理」，现在是「已立案」').waitFor();
  await second.action('按最新情况继续').click();
  await second.lastStep('立案');
}

async function wordsAreThere(second) {
  assert.equal(await second.action('不受理').count(), 0);
  await second.press('d');
  assert.equal(await second.note().inputValue(), written);
}

const conflict = spec('who comes second sees it in words and loses nothing', desk, async (world) => {
  const { then } = world;
  const second = await bothAtOne(world, { deaf: false });
  await then('the second is told while writing, and sees the new state', () => conflictInWords(second));
  await then('what was written is there for the next step', () => wordsAreThere(second));
});

const late = spec('a step on an outdated case is held back by the server', desk, async (world) => {
  const { when, then } = world;
  const second = await bothAtOne(world, { deaf: true });
  await when('the second, without a feed, sends the step', () => second.press('Control+Enter'));
  await then('the second is told, and sees the new state', () => conflictInWords(second));
  await then('what was written is there for the next step', () => wordsAreThere(second));
});

const neighbour = spec(
  'a case of another community is neither listed, found nor opened',
  desk,
  async (world) => {
    const { given, when, then, origin } = world;
    const town = new Town(origin);
    const worker = new Desk(origin);
    const me = await worker.signIn('worker');
    const own = me.grants[0].scope;
    const { items } = await town.get('/api/v1/regions?level=community');
    const other = items.find((region) => region.code !== own);
    const screen = new Screen(world, origin);
    await given('a worker of one community at the desk', () => screen.enter('worker', '?tab=all'));

    const all = await seeingAll(origin);
    let mine;
    let theirs;
    await when('a report comes in from next door, and then one from here', async () => {
      theirs = await all.caseOf((await town.report((await town.facilityIn(other.code)).code)).number);
      mine = await all.caseOf((await town.report((await town.facilityIn(own)).code)).number);
    });
    await then('only the own one appears', async () => {
      await screen.row(mine.id).waitFor();
      assert.equal(await screen.row(theirs.id).count(), 0);
    });
    await then('nor is it there after loading anew', async () => {
      await screen.open('?tab=all');
      await screen.row(mine.id).waitFor();
      assert.equal(await screen.row(theirs.id).count(), 0);
    });
    await then('its number finds nothing', async () => {
      await screen.searchBox().fill(theirs.number);
      await screen.page.locator('.search .note').getByText(/没有/).waitFor();
    });
    await then('a link to it says that it is not there', async () => {
      await screen.open(`?case=${theirs.id}`);
      await screen.panel().getByText('这件案件没有取到').waitFor();
      assert.equal(await screen.panel().getByText(theirs.title).count(), 0);
    });
  },
);

const lost = spec('what came while the connection was lost appears when it is back', desk, async (world) => {
  const { given, when, then, origin, open, tell } = world;
  const town = new Town(origin);
  const thing = await town.facility();
  const line = await cable(origin);
  const screen = new Screen(await open({ by: line.origin }), line.origin);
  try {
    await given('an operator whose connection breaks', async () => {
      await screen.enter('operator', place(thing));
      await screen.rested();
      line.cut();
      await screen.page.locator('.badge:not(.live)').waitFor();
    });
    let id = '';
    await when('a report comes in meanwhile', async () => {
      const { number } = await town.report(thing.code);
      ({ id } = await (await seeingAll(origin)).caseOf(number));
      assert.equal(await screen.row(id).count(), 0);
    });
    await then('it appears soon after the connection is back, in the list and on the map', async () => {
      const from = performance.now();
      line.mend();
      await screen.row(id).waitFor();
      tell(`in the list ${Math.round(performance.now() - from)} ms after the connection was back`);
      assert.equal((await screen.rows())[0].id, id);
      await screen.drawnAs(id, 'reported');
      await screen.live();
    });
  } finally {
    line.close();
  }
});

export default [whole, conflict, late, neighbour, lost];
