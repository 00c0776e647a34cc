// The photos of a report as small pictures; a tap shows one whole.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Access, photos as list, pictureOf } from "../../api/photos.ts";
import type { PhotoDetail } from "../../api/types.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { Icon } from "../Icon.tsx";

/** `turn` changes when there may be further ones. */
export function Photos({ id, access, turn = 0 }: { id: string; access: Access; turn?: number }) {
  const says = mobileWords.value.photos;
  const found = useSignal<readonly PhotoDetail[]>([]);
  const open = useSignal<PhotoDetail | null>(null);
  const { token = null, key = null } = access;
  useEffect(() => {
    const controller = new AbortController();
    list(id, { token, key }, controller.signal)
      .then((photos) => {
        found.value = photos;
      })
      // A story without its pictures still is one.
      .catch(() => {});
    return () => controller.abort();
  }, [id, token, key, turn, found]);
  if (found.value.length === 0) return null;
  return (
    <section class="photos" aria-label={says.title}>
      <ul class="photo-strip">
        {found.value.map((photo) => (
          <li key={photo.number}>
            <button
              type="button"
              aria-label={says.open(photo.number)}
              onClick={() => {
                open.value = photo;
              }}
            >
              <Picture address={photo.thumbnail} access={access} alt="" />
            </button>
          </li>
        ))}
      </ul>
      {open.value && (
        <Whole
          photo={open.value}
          access={access}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </section>
  );
}

function Whole({ photo, access, onClose }: { photo: PhotoDetail; access: Access; onClose: () => void }) {
  const says = mobileWords.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="whole" aria-label={says.photos.photo(photo.number)} onClose={onClose}>
      <Picture address={photo.picture} access={access} alt={says.photos.photo(photo.number)} />
      <button type="button" class="button strong" onClick={() => dialog.current?.close()}>
        <Icon name="close" />
        {says.close}
      </button>
    </dialog>
  );
}

/** An image's own request could carry neither key nor refuse a cookie, so the picture is fetched. */
function Picture({ address, access, alt }: { address: string; access: Access; alt: string }) {
  const source = useSignal<string | null>(null);
  const { token = null, key = null } = access;
  useEffect(() => {
    const controller = new AbortController();
    let made: string | null = null;
    pictureOf(address, { token, key }, controller.signal)
      .then((blob) => {
        made = URL.createObjectURL(blob);
        source.value = made;
      })
      .catch(() => {});
    return () => {
      controller.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [address, token, key, source]);
  return source.value ? <img src={source.value} alt={alt} /> : <span class="blank" />;
}
