import { Problem } from '../base/api.ts';
import { byId, h, svg } from '../base/dom.ts';
import type { Photo } from './draft.ts';
import { mostPhotos, type Post, shrink } from './photos.ts';
import { t } from './words.ts';

type State = { kind: 'busy'; part: number } | { kind: 'done' } | { kind: 'failed' } | { kind: 'kept' };

const cross = '<svg viewBox="0 0 14 14" aria-hidden="true"><path d="m2 2 10 10M12 2 2 12"/></svg>';
const camera =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 8h4l2-3h6l2 3h4v11H3z"/><circle cx="12" cy="13" r="3.5"/></svg>';

const album =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 17 5-6 4 4 2.5-3 5 5"/></svg>';

/** The strip of photos: each is made small, shown, and uploaded at once; a failed one can be sent again. */
export class Gallery {
  private readonly state = new Map<Photo, State>();
  private readonly address = new Map<Photo, string>();
  private readonly strip = byId('strip') as HTMLElement;
  private readonly problem = byId('photo-problem') as HTMLElement;
  private photos: Photo[] = [];

  constructor(
    private readonly post: Post,
    private readonly onChange: () => void,
  ) {}

  /** Shows these photos, which stay the draft's own list, and goes on uploading those that have no id yet. */
  show(photos: Photo[]): void {
    for (const address of this.address.values()) URL.revokeObjectURL(address);
    this.address.clear();
    this.photos = photos;
    this.draw();
    for (const photo of photos) if (!photo.id) void this.send(photo);
  }

  draw(): void {
    const tiles = this.photos.map((photo, index) => this.tile(photo, index));
    this.strip.replaceChildren(...tiles, ...this.adders());
  }

  /** Photos that failed are tried again, for example when the connection is back. */
  retry(): void {
    for (const photo of this.photos) {
      const kind = this.state.get(photo)?.kind;
      if (!photo.id && (kind === 'failed' || kind === 'kept')) void this.send(photo);
    }
  }

  private async add(files: FileList | null): Promise<void> {
    this.problem.textContent = '';
    for (const file of files ?? []) {
      if (this.photos.length >= mostPhotos) {
        this.problem.textContent = t('photo_many');
        break;
      }
      try {
        const photo = await shrink(file);
        this.photos.push(photo);
        this.onChange();
        void this.send(photo);
      } catch {
        this.problem.textContent = t('photo_kind');
      }
    }
    this.draw();
  }

  private async send(photo: Photo): Promise<void> {
    this.mark(photo, { kind: 'busy', part: 0 });
    try {
      photo.id = await this.post.photo(photo, (part) => this.mark(photo, { kind: 'busy', part }));
      this.mark(photo, { kind: 'done' });
      this.onChange();
    } catch (cause) {
      const passing = cause instanceof Problem && cause.passing;
      this.mark(photo, { kind: passing ? 'kept' : 'failed' });
      if (!passing && cause instanceof Problem) this.problem.textContent = cause.words;
    }
  }

  private remove(photo: Photo): void {
    const index = this.photos.indexOf(photo);
    if (index < 0) return;
    this.photos.splice(index, 1);
    this.problem.textContent = '';
    this.onChange();
    this.draw();
    this.strip.querySelector<HTMLElement>('input')?.focus();
  }

  private mark(photo: Photo, state: State): void {
    this.state.set(photo, state);
    const index = this.photos.indexOf(photo);
    const item = this.strip.children[index];
    if (!item) return;
    const line = item.querySelector('.state');
    // While bytes flow only the words change; a new tile for every percent would make the picture flicker.
    if (state.kind === 'busy' && line instanceof HTMLElement && line.tagName === 'SPAN')
      line.textContent = words(state);
    else item.replaceWith(this.tile(photo, index));
  }

  private tile(photo: Photo, index: number): HTMLElement {
    const state = photo.id
      ? ({ kind: 'done' } as const)
      : (this.state.get(photo) ?? { kind: 'kept' as const });
    const again = state.kind === 'failed' || state.kind === 'kept';
    return h(
      'li',
      {},
      h('img', { src: this.picture(photo), alt: t('photo_nth', { n: index + 1 }) }),
      again
        ? h('button', { type: 'button', class: 'state', onclick: () => void this.send(photo) }, words(state))
        : h('span', { class: 'state' }, words(state)),
      h(
        'button',
        { type: 'button', class: 'off', 'aria-label': t('photo_remove'), onclick: () => this.remove(photo) },
        svg(cross),
      ),
    );
  }

  // A phone asked for "any picture" may show only its album, so the camera has its own tile there.
  private adders(): HTMLElement[] {
    if (this.photos.length >= mostPhotos) return [];
    const phone = matchMedia('(pointer: coarse)').matches;
    const more = t(this.photos.length > 0 ? 'photo_more' : 'photo_add');
    return phone ? [this.adder(more, true), this.adder(t('photo_album'), false)] : [this.adder(more, false)];
  }

  private adder(words: string, capture: boolean): HTMLElement {
    const input = h('input', {
      type: 'file',
      accept: 'image/*',
      multiple: !capture,
      capture: capture ? 'environment' : undefined,
      'aria-label': words.replace('\n', ''),
      onchange: () => void this.add(input.files),
    });
    return h('li', {}, h('label', { class: 'add' }, svg(capture ? camera : album), words, input));
  }

  private picture(photo: Photo): string {
    const known = this.address.get(photo);
    if (known) return known;
    const made = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    this.address.set(photo, made);
    return made;
  }
}

function words(state: State): string {
  if (state.kind === 'busy') return t('photo_busy', { p: Math.round(state.part * 100) });
  if (state.kind === 'done') return t('photo_done');
  return state.kind === 'failed' ? `${t('photo_failed')} · ${t('photo_retry')}` : t('photo_kept');
}
