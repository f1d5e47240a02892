import assert from 'node:assert/strict';
import { request } from 'node:http';
import { Desk } from '../drivers/desk.mjs';
import { Resident } from '../drivers/report.mjs';
import { picture } from '../harness/picture.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

/** A supervisor, who sees every report of the town, and counts those that come from now on. */
async function counting(origin) {
  const desk = new Desk(origin);
  await desk.signIn('supervisor');
  await desk.startCounting();
  return desk;
}

const scanned = spec('scan a plate, report with a photo, get a receipt', {}, async (world) => {
  const { given, when, then, origin } = world;
  const resident = new Resident(world);
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());

  await when('a resident scans it', () => resident.scan(thing.code));
  await then('the page names the plate', async () => {
    const shown = `${thing.code.slice(0, 4)}-${thing.code.slice(4)}`;
    assert.ok((await resident.words()).includes(shown), `no ${shown} on the page`);
  });
  await when('they say what is broken, and add a photo and words', async () => {
    await resident.choose('broken');
    await resident.chooseDamage(0);
    await resident.addPhoto(picture());
    await resident.photoUploaded();
    await resident.write('靠路一侧，晚上看不清。');
    await resident.send();
  });
  await then('they get a receipt with number, state and words', async () => {
    const { address, text } = await resident.receipt();
    assert.match(address, /^\/r\/[\w-]{8,}$/);
    assert.match(text, /待受理/);
    assert.match(text, /靠路一侧/);
  });
  await then('the photo is there, made small before it was sent', async () => {
    assert.deepEqual(await resident.receiptPhotos(), [1600]);
  });
  await then('the command centre has one case, with the facility and the photo', async () => {
    const rows = await desk.arrived(thing.code);
    assert.equal(rows.length, 1);
    assert.equal(rows[0].channel, 'scan');
    const full = await (await desk.ask(`/api/v1/cases/${rows[0].id}`)).json();
    assert.equal(full.photos.length, 1);
  });
});

const plain = spec('report without JavaScript', { javaScript: false }, async (world) => {
  const { given, when, then, origin, page } = world;
  const resident = new Resident(world, { scripted: false });
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());

  await when('a resident without JavaScript fills the form and sends it', async () => {
    await resident.scan(thing.code);
    await resident.choose('dirty');
    await page.locator('input[type="file"][name="photo"]').setInputFiles(picture(800, 600));
    await resident.write('很久没有清理了。');
    await resident.send();
  });
  await then('they get a receipt that can be read', async () => {
    const { text } = await resident.receipt();
    assert.match(text, /待受理/);
  });
  await then('the command centre has one case', async () => {
    assert.equal((await desk.arrived(thing.code)).length, 1);
  });
});

const offline = spec('offline, then online: exactly one report', {}, async (world) => {
  const { given, when, then, origin } = world;
  const resident = new Resident(world);
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await given('the page is open and the connection goes away', async () => {
    await resident.scan(thing.code);
    await resident.offline(true);
  });

  await when('the resident reports with a photo', async () => {
    await resident.choose('messy');
    await resident.addPhoto(picture(900, 700));
    await resident.send();
  });
  await then('the report is kept, and said to be kept', () => resident.kept());
  await when('the connection is back', () => resident.offline(false));
  await then('it is delivered by itself', () => resident.delivered());
  await then('there is exactly one case, also after opening the page again', async () => {
    await resident.scan(thing.code);
    assert.equal((await desk.arrived(thing.code)).length, 1);
  });
});

const lost = spec('an answer lost on its way back makes no second report', {}, async (world) => {
  const { given, when, then, origin, page, context } = world;
  const resident = new Resident(world);
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await given('a connection that breaks after the report has arrived', async () => {
    await resident.scan(thing.code);
    let first = true;
    await context.route('**/api/v1/reports', async (route) => {
      if (!first) return route.fallback();
      first = false;
      await route.fetch();
      return route.abort('connectionreset');
    });
  });

  await when('the resident reports', async () => {
    await resident.choose('poor');
    await resident.send();
  });
  await then('it is kept and sent again', async () => {
    await resident.kept();
    await page.getByRole('button', { name: '现在再试一次' }).click();
    await resident.delivered();
  });
  await then('there is exactly one case', async () => {
    assert.equal((await desk.arrived(thing.code)).length, 1);
  });
});

const twice = spec('a double tap makes one report', {}, async (world) => {
  const { given, when, then, origin } = world;
  const resident = new Resident(world);
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());

  await when('the resident taps send twice', async () => {
    await resident.scan(thing.code);
    await resident.choose('broken');
    await resident.sendTwice();
  });
  await then('they get one receipt', () => resident.receipt());
  await then('there is exactly one case', async () => {
    assert.equal((await desk.arrived(thing.code)).length, 1);
  });
});

const pinned = spec('report by place: location, nearest facility, send', {}, async (world) => {
  const { given, when, then, origin, open } = world;
  const desk = await counting(origin);
  const thing = await given('a resident who stands before a facility', () => new Town(origin).facility());
  const resident = new Resident(await open({ at: [thing.lon, thing.lat] }));

  await when('they let the phone find them', async () => {
    await resident.openReport();
    await resident.useLocation();
  });
  await then('it is among the nearest that are offered', async () => {
    assert.ok((await resident.offered()).includes(thing.code));
  });
  await when('they choose it and report', async () => {
    await resident.pickOffered(thing.code);
    await resident.choose('dirty');
    await resident.send();
  });
  await then('they get a receipt, and the case names the facility', async () => {
    await resident.receipt();
    assert.equal((await desk.arrived(thing.code)).length, 1);
  });
});

const mapped = spec('the map comes only when asked for, and gives a point', {}, async (world) => {
  const { when, then, seen } = world;
  const resident = new Resident(world);
  await when('the report page is open', () => resident.openReport());
  await then('nothing of the map was fetched', () => {
    assert.deepEqual(
      seen.filter((url) => /\/tiles\/|\/pick-|maplibre/.test(url)),
      [],
    );
  });
  await when('the resident chooses the point on the map', async () => {
    await resident.openMap();
    await resident.confirmPoint();
  });
  await then('the page goes on to ask which one it is', () =>
    world.page.locator('#which').waitFor({ state: 'visible' }),
  );
});

const typed = spec('a code typed by hand is checked before it is opened', {}, async (world) => {
  const { given, when, then, origin, page } = world;
  const resident = new Resident(world);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await when('the resident types it with one character wrong', async () => {
    await resident.openReport();
    const wrong = thing.code.startsWith('2') ? '3' : '2';
    await resident.typeCode(wrong + thing.code.slice(1));
  });
  await then('the page says so and stays', async () => {
    assert.match(await resident.problem('typed-problem'), /有一位不对/);
  });
  await when('they type it right, in small letters with a dash', () =>
    resident.typeCode(`${thing.code.slice(0, 4)}-${thing.code.slice(4)}`.toLowerCase()),
  );
  await then('the page of the facility opens', () => page.waitForURL(`**/q/${thing.code}`));
});

const unknown = spec('an unknown code is met politely', {}, async (world) => {
  const { when, then, page } = world;
  const resident = new Resident(world);
  await when('somebody opens a code that was never given out', () => resident.scan('22222222'));
  await then('the page says so and offers to report by place', async () => {
    assert.match(await resident.words(), /没有找到这个编号/);
    await page.locator('#locate').waitFor({ state: 'visible' });
  });
});

const draft = spec('what was begun is there again after the page was closed', {}, async (world) => {
  const { given, when, then, origin, context } = world;
  const resident = new Resident(world);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await given('a report that was begun, with a photo', async () => {
    await resident.scan(thing.code);
    await resident.choose('broken');
    await resident.addPhoto(picture(700, 500));
    await resident.photoUploaded();
    await resident.write('写到一半');
    await resident.drafted('写到一半');
  });
  let again = resident;
  await when(
    'the page is closed and opened anew, and put away for a moment before the store has answered',
    async () => {
      await world.page.close();
      again = new Resident({ page: await context.newPage(), context });
      await again.hiddenWhileOpening();
      await again.scan(thing.code);
    },
  );
  await then('choice, words and photo are back', async () => {
    await again.page.getByText('已为您恢复').waitFor(); // it comes from the browser's store a moment after the form
    assert.equal(await again.page.locator('#text').inputValue(), '写到一半');
    assert.equal(await again.page.locator('input[name="concern"]:checked').inputValue(), 'broken');
    assert.equal(await again.photos(), 1);
  });
  await then('nothing was written over it meanwhile', async () => {
    assert.deepEqual(await again.begun(), ['写到一半']);
  });
});

const notPhoto = spec('a text file named .jpg is refused in words', {}, async (world) => {
  const { given, when, then, origin, page } = world;
  const resident = new Resident(world);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await when('a text file is chosen as photo', async () => {
    await resident.scan(thing.code);
    await resident.addPhoto({
      name: 'street.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('no picture'),
    });
  });
  await then('the page says that it is not a photo', () => page.getByText(/不是(能识别的)?照片/).waitFor());
});

const english = spec('English is one click away and stays', {}, async (world) => {
  const { given, when, then, origin } = world;
  const resident = new Resident(world);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await when('the page is open', () => resident.scan(thing.code));
  await then('it speaks Chinese', async () => {
    assert.equal(await resident.language(), 'zh-CN');
    assert.match(await resident.words(), /它怎么了/);
  });
  await when('English is chosen after a choice was made', async () => {
    await resident.choose('broken');
    await resident.otherLanguage();
  });
  await then('the words change and the choice stays', async () => {
    assert.equal(await resident.language(), 'en');
    assert.match(await resident.words(), /What is wrong with it/);
    assert.equal(await resident.page.locator('input[name="concern"]:checked').inputValue(), 'broken');
  });
  await then('the receipt speaks English too', async () => {
    await resident.send();
    const { text } = await resident.receipt();
    await resident.page.getByText('We received your report').waitFor();
    assert.match(text, /Reported/);
  });
});

const follow = spec('the receipt shows by itself what became of it', {}, async (world) => {
  const { given, when, then, origin, page } = world;
  const resident = new Resident(world);
  const desk = await counting(origin);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await given('a report and its open receipt', async () => {
    await resident.scan(thing.code);
    await resident.choose('broken');
    await resident.send();
    await resident.receipt();
  });
  await when('the supervisor files the case', async () => {
    const [row] = await desk.arrived(thing.code);
    await desk.act(row.id, 'file', { note: '现场核实属实。' });
  });
  await then('the receipt says so within its twenty seconds', () =>
    page.locator('.now').getByText('已立案').waitFor({ timeout: 20_000 }),
  );
});

const reachable = ['phone', 'small', 'desk'].map((size) =>
  spec(`axe finds nothing on report and receipt (${size})`, { size, axe: true }, async (world) => {
    const { given, when, then, origin, page } = world;
    const { accessibility } = await import('../harness/browser.mjs');
    const resident = new Resident(world);
    const thing = await given('a facility with a plate', () => new Town(origin).facility());
    const clean = async () => assert.deepEqual(await accessibility(page), []);
    const fits = async () =>
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));

    await when('the report page by place is open', () => resident.openReport());
    await then('it is clean', clean);
    await when('the page of the facility is open with a choice made', async () => {
      await resident.scan(thing.code);
      await resident.choose('broken');
    });
    await then('it is clean and does not scroll sideways', async () => {
      await clean();
      await fits();
    });
    await when('large type is on', () => page.locator('#large').click());
    await then('it still is', async () => {
      await clean();
      await fits();
    });
    await when('the report was sent', async () => {
      await resident.send();
      await resident.receipt();
      await page.locator('dl').waitFor();
    });
    await then('the receipt is clean', async () => {
      await clean();
      await fits();
    });
  }),
);

const weight = spec('the report page weighs less than 60 kB over the wire', {}, async (world) => {
  const { given, when, then, origin, seen } = world;
  const resident = new Resident(world);
  const thing = await given('a facility with a plate', () => new Town(origin).facility());
  await when('its page is opened', () => resident.scan(thing.code));
  await then('document, scripts and styles together stay below', async () => {
    const parts = [...new Set(seen)].filter((url) => /\/assets\/|\/q\//.test(url));
    assert.ok(parts.length >= 3);
    const sizes = await Promise.all(parts.map(wireSize));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 60_000, `${total} bytes: ${parts.map((part, i) => `${part} ${sizes[i]}`).join(', ')}`);
  });
});

/** Bytes of the body as sent to a browser that takes brotli. */
function wireSize(url) {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers: { 'Accept-Encoding': 'br, gzip' } }, (answer) => {
      let size = 0;
      answer.on('data', (part) => {
        size += part.length;
      });
      answer.on('end', () => resolve(size));
    });
    asking.on('error', reject);
    asking.end();
  });
}

export default [
  scanned,
  plain,
  offline,
  lost,
  twice,
  pinned,
  mapped,
  typed,
  unknown,
  draft,
  notPhoto,
  english,
  follow,
  ...reachable,
  weight,
];
