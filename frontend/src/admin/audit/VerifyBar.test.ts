import { afterEach, expect, it, vi } from 'vitest';
import { createApp, nextTick } from 'vue';
import type { components } from '../../api/schema.gen.ts';
import { setLang } from '../../base/i18n.ts';
import VerifyBar from './VerifyBar.vue';

type Verification = components['schemas']['OversightVerification'];
type Report = components['schemas']['AuditReport'];

afterEach(() => {
  vi.unstubAllGlobals();
  setLang('zh');
});

const report: Report = {
  at: '2026-11-20T08:00:00Z',
  entries: 4200,
  findings: [],
  hash: '',
  heads: 2,
  key_since: 1234,
  more: 0,
  seq: 4200,
};

/** What the bar says when the server answers with this report, or with none yet. */
async function said(known?: Report): Promise<string> {
  const answer: Verification = {
    at: report.at,
    hash: '',
    last_at: report.at,
    last_by: 'auditor',
    last_findings: 0,
    seq: 4200,
    state: { done: 0, failed: false, running: false, total: 0, ...(known ? { report: known } : {}) },
  };
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(answer)));
  const at = document.createElement('div');
  const app = createApp(VerifyBar);
  app.mount(at);
  await vi.waitFor(() => expect(at.querySelector('.row b')).not.toBeNull());
  await nextTick();
  const words = at.textContent ?? '';
  app.unmount();
  return words;
}

it('tells with which entry the sealing key was changed, and what is compared before it', async () => {
  expect(await said(report)).toMatch(/密钥最近一次更换于第 1\D?234 条.*签名链头/);
  setLang('en');
  expect(await said(report)).toMatch(/key was last changed with entry 1\D?234\..*signed heads are compared/);
});

it('says nothing of a key that never changed, nor before a verification has told', async () => {
  expect(await said({ ...report, key_since: 0 })).not.toMatch(/密钥/);
  expect(await said()).not.toMatch(/密钥/);
});
