import { Problem, type ProblemBody } from '../../base/api.ts';
import type { Import } from './shapes.ts';

/** What a browser may be given; the server looks at the bytes, not at the name. */
export const accepted = '.csv,.txt,.tsv,.xlsx,.geojson,.json,.gpkg,.shp,.zip';
export const largest = 1 << 30; // bytes

export interface Upload {
  done: Promise<Import>;
  cancel(): void;
}

/**
 * Sends a file as it is. Not by fetch: only this way does a browser say how much has gone. A cancelled upload ends
 * with a Problem whose code is `cancelled`.
 */
export function upload(file: File, kind: string, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Import>((resolve, reject) => {
    const refuse = (body: ProblemBody) => reject(new Problem(body));
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onabort = () => refuse({ status: 0, code: 'cancelled' });
    request.onerror = () => refuse({ status: 0, code: 'offline' });
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status < 300) resolve(body as Import);
      else
        refuse({
          code: `http.${request.status}`,
          ...(body as Partial<ProblemBody> | null),
          status: request.status,
        });
    };
  });
  const query = new URLSearchParams({ kind, name: file.name });
  request.open('POST', `/api/v1/imports?${query}`);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.setRequestHeader('Accept', 'application/json');
  request.send(file);
  return { done, cancel: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
