// The fields for who reports something.
interface ContactProps {
  readonly says: { readonly name: string; readonly phone: string };
  readonly name: string;
  readonly phone: string;
  readonly onName: (name: string) => void;
  readonly onPhone: (phone: string) => void;
}

export function Contact({ says, name, phone, onName, onPhone }: ContactProps) {
  return (
    <>
      <label class="field">
        <span>{says.name}</span>
        <input
          name="name"
          autocomplete="name"
          maxLength={100}
          value={name}
          onInput={(event) => onName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{says.phone}</span>
        <input
          name="phone"
          type="tel"
          autocomplete="tel"
          maxLength={40}
          value={phone}
          onInput={(event) => onPhone(event.currentTarget.value)}
        />
      </label>
    </>
  );
}
