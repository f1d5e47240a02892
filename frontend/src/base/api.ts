import { lang, words } from './i18n.ts';

/** What the server says when it refuses, RFC 9457. `code` is stable; words are chosen by it. */
export interface ProblemBody {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  errors?: { location: string; message: string; value?: unknown }[];
}

export const problemWords = words(
  {
    offline: '现在连不上网络，请稍后再试。',
    timeout: '服务器没有及时回应，请再试一次。',
    server: '服务器出了点问题，请过一会儿再试。',
    refused: '这次没有成功，请检查后再试。',
    invalid: '有些内容需要改一改。',
    notfound: '没有找到，或者您看不到它。',
    forbidden: '您的岗位不能做这件事。',
    toomany: '操作太频繁了，请稍等一会儿再试。',
    large: '发送的内容太大了，请减少一些再试。',
    'auth.wrong': '用户名或密码不对，请再试一次。',
    'auth.needed': '请先登录。',
    'auth.wait': '输错太多次了，请等一会儿再试。',
    'auth.busy': '现在登录的人太多，请过几秒再试。',
    'auth.code': '验证码不对，或已经用过。',
    'auth.password': '密码不对。',
    'auth.prove': '请再确认一次是您本人。',
    'auth.passkey': '这个通行密钥在这里不能用。',
    'auth.passkey_cloned': '这个通行密钥被复制过，已停用。请换一种方式登录，移除后重新添加。',
    'auth.passkey_here': '这个地址用不了通行密钥，请用加密的正式网址打开。',
    'auth.factor_needed': '您的岗位需要第二步验证，请先添加另一种再移除这一种。',
    'account.password':
      '新密码不行：太短、太常见、和旧的一样，或含有用户名、姓名。换一个，例如四个不相干的词。',
    'case.conflict': '别人刚刚处理过这件事，已为您刷新，请看过再办。',
    'case.step': '这件事现在不能这样办。',
    'case.own_work': '自己处置的案件不能由自己核查结案。',
    'photo.not_image': '这不是照片。请选择 JPEG、PNG 或 WebP 图片。',
    'photo.wrong_image': '这种图片格式收不了。请选择 JPEG、PNG 或 WebP 图片。',
    'photo.too_large': '照片太大了，请换一张小些的（12 MB 以内）。',
    'photo.truncated': '照片没有传完整，请重新选一次。',
    'photo.damaged': '这张照片已经损坏，请换一张。',
    'photo.disk_full': '服务器暂时存不下照片，请过一会儿再试。',
    'report.far': '这个位置不在本市范围内，请重新选点。',
    'report.facility': '没有找到这个设施，请核对编号，或改为选位置上报。',
    'report.category': '请选择问题类型。',
    'report.photos': '有照片没有收好，请重新添加照片。',
    'report.key_used': '这件已经报过了。要报另一件，请重新打开页面。',
  },
  {
    offline: 'There is no connection right now. Please try again soon.',
    timeout: 'The server did not answer in time. Please try again.',
    server: 'Something went wrong on our side. Please try again in a while.',
    refused: 'That did not work. Please check and try again.',
    invalid: 'Something needs to be changed.',
    notfound: 'It was not found, or you may not see it.',
    forbidden: 'Your role cannot do this.',
    toomany: 'That was too often. Please wait a moment and try again.',
    large: 'This is too large to send. Please send less.',
    'auth.wrong': 'The name or the password is not right. Please try again.',
    'auth.needed': 'Please sign in first.',
    'auth.wait': 'Too many wrong tries. Please wait a moment before the next.',
    'auth.busy': 'Too many people are signing in at once. Please try again in a few seconds.',
    'auth.code': 'This code is not right, or was used already.',
    'auth.password': 'The password is not right.',
    'auth.prove': 'Please show once more that it is you.',
    'auth.passkey': 'This passkey is not taken here.',
    'auth.passkey_cloned':
      'A copy of this passkey was seen, so it is no longer taken. Sign in another way, remove it and add a new one.',
    'auth.passkey_here': 'Passkeys do not work at this address; they need the public https address.',
    'auth.factor_needed': 'Your role needs a second step. Add another one before you remove this.',
    'account.password':
      'This password is not taken: too short, too common, the same as before, or with the user name or the name in it. Four words that do not belong together are good.',
    'case.conflict':
      'Someone has just dealt with this case. It has been refreshed; please look before acting.',
    'case.step': 'This cannot be done with the case now.',
    'case.own_work': 'Whoever handled a case cannot close it.',
    'photo.not_image': 'This is not a photo. Please choose a JPEG, PNG or WebP picture.',
    'photo.wrong_image': 'This kind of picture is not taken. Please choose a JPEG, PNG or WebP picture.',
    'photo.too_large': 'The photo is too large. Please choose one under 12 MB.',
    'photo.truncated': 'The photo did not arrive whole. Please choose it again.',
    'photo.damaged': 'This photo is damaged. Please choose another.',
    'photo.disk_full': 'There is no room for photos right now. Please try again in a while.',
    'report.far': 'This place is outside the city. Please choose another point.',
    'report.facility': 'This facility was not found. Check the code, or report by place.',
    'report.category': 'Please choose the kind of problem.',
    'report.photos': 'A photo was not kept. Please add the photos again.',
    'report.key_used': 'This was reported already. To report something else, please open the page again.',
  },
);
export type ProblemWord = keyof (typeof problemWords)['zh'];

/** A request that did not succeed, with words for people. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title ?? body.code);
    this.name = 'Problem';
    this.status = body.status;
    this.code = body.code;
    this.body = body;
  }

  /** True when sending the same again may succeed: no answer, too many requests, or a fault of the server. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** What happened and what to do, in the language of the page. */
  get words(): string {
    if (this.code in problemWords.zh) return problemWords(this.code as ProblemWord);
    // The server writes its details in English; on the Chinese page a general sentence reads better.
    const detail = this.body.errors?.[0]?.message ?? this.body.detail;
    if (this.status === 422 && detail && lang() === 'en') return detail;
    return problemWords(wordOfStatus[this.status] ?? (this.status >= 500 ? 'server' : 'refused'));
  }
}

const wordOfStatus: Record<number, ProblemWord> = {
  0: 'offline',
  401: 'auth.needed',
  403: 'forbidden',
  404: 'notfound',
  408: 'timeout',
  412: 'case.conflict',
  413: 'large',
  415: 'photo.not_image',
  422: 'invalid',
  429: 'toomany',
};

export interface Asking {
  method?: string;
  /** Sent as JSON, unless it is already bytes. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds until the request is given up. */
  timeout?: number;
  query?: Record<string, string | number | boolean | undefined | null>;
}

export interface Answer<T> {
  data: T;
  etag: string | null;
  status: number;
}

/** Asks the server and gives the decoded body, or throws a Problem. An abort by the caller is thrown as it is. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  return (await askFull<T>(path, asking)).data;
}

/** As `ask`, with the ETag and status of the answer. */
export async function askFull<T>(path: string, asking: Asking = {}): Promise<Answer<T>> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), asking.timeout ?? 15_000);
  const stop = () => clock.abort();
  asking.signal?.addEventListener('abort', stop, { once: true });
  try {
    const response = await fetch(withQuery(path, asking.query), {
      ...outgoing(asking),
      credentials: 'same-origin',
      signal: clock.signal,
    });
    if (!response.ok) throw new Problem(await problemOf(response));
    const data = response.status === 204 ? undefined : await response.json();
    return { data: data as T, etag: response.headers.get('ETag'), status: response.status };
  } catch (cause) {
    if (cause instanceof Problem || asking.signal?.aborted) throw cause;
    const late = clock.signal.aborted;
    throw new Problem({ status: late ? 408 : 0, code: late ? 'timeout' : 'offline' });
  } finally {
    clearTimeout(timer);
    asking.signal?.removeEventListener('abort', stop);
  }
}

function outgoing(asking: Asking): RequestInit {
  const headers: Record<string, string> = { Accept: 'application/json', ...asking.headers };
  if (asking.body === undefined) return { method: asking.method ?? 'GET', headers };
  const method = asking.method ?? 'POST';
  if (asking.body instanceof Blob) {
    headers['Content-Type'] ??= asking.body.type || 'application/octet-stream';
    return { method, headers, body: asking.body };
  }
  headers['Content-Type'] ??= 'application/json';
  return { method, headers, body: JSON.stringify(asking.body) };
}

async function problemOf(response: Response): Promise<ProblemBody> {
  const body = await response.json().catch(() => null);
  const known = typeof body === 'object' && body !== null ? (body as Partial<ProblemBody>) : {};
  return { ...known, status: response.status, code: known.code ?? `http.${response.status}` };
}

function withQuery(path: string, query: Asking['query']): string {
  if (!query) return path;
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}
