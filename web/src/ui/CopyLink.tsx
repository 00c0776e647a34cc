// The button that copies the address of what is shown.
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { Icon } from "./Icon.tsx";

export function CopyLink() {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  // Browsers lend the clipboard over https only; the address bar holds the link all the same.
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      class="button quiet"
      onClick={() => void navigator.clipboard.writeText(location.href).then(() => setCopied(true))}
    >
      <Icon name="link" />
      {copied ? words.value.copied : words.value.copyLink}
    </button>
  );
}
