import { ref } from 'vue';
import { Problem, type ProblemBody } from '../../base/api.ts';
import { keep } from '../../page/keep.ts';
import { useDeed } from '../asked.ts';
import { bytes } from '../files/words.ts';
import { x } from './words.ts';

/**
 * Fetches a file and hands it to the browser to keep. Not by a plain link: what the server refuses would be saved as
 * if it were the file.
 */
export async function download(
  path: string,
  query: Record<string, string>,
  name: string,
  signal?: AbortSignal,
): Promise<number> {
  const filled = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const text = filled.toString();
  let response: Response;
  try {
    response = await fetch(text ? `${path}?${text}` : path, {
      credentials: 'same-origin',
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Problem({ status: 0, code: 'offline' });
  }
  if (!response.ok) {
    const body = (await response.json().catch(() => null)) as Partial<ProblemBody> | null;
    throw new Problem({ code: `http.${response.status}`, ...body, status: response.status });
  }
  const blob = await response.blob();
  keep(blob, nameOf(response.headers.get('Content-Disposition')) ?? name);
  return blob.size;
}

/** A download at the press of a button: it tells how large the file was, and may be stopped. */
export function useDownload() {
  const told = ref('');
  const { busy, problem, run } = useDeed();
  let asking: AbortController | undefined;

  async function get(path: string, query: Record<string, string>, name: string): Promise<void> {
    told.value = '';
    asking = new AbortController();
    const { signal } = asking;
    const size = await run(() =>
      download(path, query, name, signal).catch((cause: unknown) => {
        if (signal.aborted) return null;
        throw cause;
      }),
    );
    if (size) told.value = x('made', { size: bytes(size) });
  }
  return { told, busy, problem, get, stop: () => asking?.abort() };
}

/** The file name a server gives, the UTF-8 one first. */
export function nameOf(disposition: string | null): string | null {
  const utf = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  if (utf) {
    try {
      return decodeURIComponent(utf);
    } catch {
      return null;
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? null;
}
