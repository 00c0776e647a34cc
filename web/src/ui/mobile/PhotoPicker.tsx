// Photos that are to go with a report, made small as they are chosen. The button to take one lies beside the button to send.
import { useEffect, useRef } from "preact/hooks";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { addPhotos, MOST_PHOTOS, photos, photoTrouble, removePhoto, shrinking } from "../../state/mobile/writing.ts";
import { Icon } from "../Icon.tsx";

export function TakePhoto() {
  const says = mobileWords.value.photos;
  const choose = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    void addPhotos([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = "";
  };
  const count = photos.value.length;
  const full = count >= MOST_PHOTOS;
  return (
    <label class="button choose" data-full={full}>
      <Icon name="camera" />
      {says.short}
      {count > 0 && <b class="count">{count}</b>}
      <input type="file" accept="image/*" multiple disabled={full} aria-label={says.add} onChange={choose} />
    </label>
  );
}

export function Photographed() {
  const says = mobileWords.value.photos;
  const strip = useRef<HTMLElement>(null);
  const count = photos.value.length;
  const trouble = photoTrouble.value;
  // It lies below the categories: whoever took a photo sees that it is there.
  useEffect(() => {
    if (count > 0 || trouble) strip.current?.scrollIntoView({ block: "nearest" });
  }, [count, trouble]);
  return (
    <section ref={strip} class="photo-picker" aria-label={says.title}>
      {photos.value.length > 0 && (
        <ul class="photo-strip">
          {photos.value.map((photo, at) => (
            <li key={photo.address}>
              <img src={photo.address} alt={says.photo(at + 1)} />
              <button type="button" class="plain" aria-label={says.remove(at + 1)} onClick={() => removePhoto(photo)}>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="hint" role="status">
        {shrinking.value > 0 ? says.working : says.limit(MOST_PHOTOS)}
      </p>
      {trouble && (
        <p class="wrong" role="alert">
          {says[trouble]}
        </p>
      )}
    </section>
  );
}
