// Photos that are to go with a report, made small as they are chosen.
import { mobileWords } from "../../i18n/mobile/index.ts";
import { addPhotos, MOST_PHOTOS, photos, photoTrouble, removePhoto, shrinking } from "../../state/mobile/writing.ts";
import { Icon } from "../Icon.tsx";

export function PhotoPicker() {
  const says = mobileWords.value.photos;
  const choose = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    void addPhotos([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = "";
  };
  const full = photos.value.length >= MOST_PHOTOS;
  return (
    <section class="photo-picker" aria-label={says.title}>
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
      <label class="button choose" data-full={full}>
        <Icon name="camera" />
        {says.add}
        <input type="file" accept="image/*" multiple disabled={full} onChange={choose} />
      </label>
      <p class="hint" role="status">
        {shrinking.value > 0 ? says.working : says.limit(MOST_PHOTOS)}
      </p>
      {photoTrouble.value && (
        <p class="wrong" role="alert">
          {says[photoTrouble.value]}
        </p>
      )}
    </section>
  );
}
