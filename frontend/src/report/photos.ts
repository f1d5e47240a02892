import { ask, Problem, type ProblemBody } from '../base/api.ts';
import type { Photo } from './draft.ts';
import type { Carrier, ReportBody, Sent } from './outbox.ts';

export const mostPhotos = 6;
const longest = 1600; // pixels
const uploadTimeout = 90_000; // ms, for slow phones

/**
 * Makes a photo small enough for a weak connection. When the browser cannot draw it (an odd format) a JPEG, PNG or
 * WebP goes as it is, and anything else is a Problem with the code photo.not_image.
 */
export async function shrink(file: File): Promise<Photo> {
  const small = await redraw(file).catch(() => undefined);
  const chosen = small ?? file;
  if (!/^image\/(jpeg|png|webp)$/.test(chosen.type))
    throw new Problem({ status: 415, code: 'photo.not_image' });
  return { name: file.name, type: chosen.type, bytes: await chosen.arrayBuffer() };
}

async function redraw(file: File): Promise<Blob | undefined> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
  return drawn ?? undefined;
}

/** Sends the bytes and tells how much is through, 0..1. Resolves to the server's id of the photo. */
export function upload(photo: Photo, onProgress: (part: number) => void = () => undefined): Promise<string> {
  const request = new XMLHttpRequest(); // fetch tells nothing about the progress of what it sends
  return new Promise((resolve, reject) => {
    const fail = (body: ProblemBody) => reject(new Problem(body));
    request.open('POST', '/api/v1/photos');
    request.setRequestHeader('Content-Type', photo.type);
    request.setRequestHeader('Accept', 'application/json');
    request.timeout = uploadTimeout;
    request.upload.onprogress = (event) => onProgress(event.total ? event.loaded / event.total : 0);
    request.onerror = () => fail({ status: 0, code: 'offline' });
    request.ontimeout = () => fail({ status: 408, code: 'timeout' });
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status === 201 && typeof answer.id === 'string') resolve(answer.id);
      else fail({ ...answer, status: request.status, code: String(answer.code ?? `http.${request.status}`) });
    };
    request.send(new Blob([photo.bytes], { type: photo.type }));
  });
}

/** Carries parcels to the server. An upload that is already under way for a photo is waited for, not repeated. */
export class Post implements Carrier {
  private readonly underway = new Map<Photo, Promise<string>>();

  photo(photo: Photo, onProgress?: (part: number) => void): Promise<string> {
    const busy = this.underway.get(photo);
    if (busy) return busy;
    const run = upload(photo, onProgress).finally(() => this.underway.delete(photo));
    this.underway.set(photo, run);
    return run;
  }

  report(key: string, body: ReportBody & { photos: string[] }): Promise<Sent> {
    return ask<Sent>('/api/v1/reports', { body, headers: { 'Idempotency-Key': key }, timeout: 20_000 });
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
