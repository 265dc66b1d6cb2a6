// Hardware scanners that type: as a keyboard, or as text that an Android scanner service puts into the page.

/** Typing slower than this is a person's. */
const GAP_MS = 300;
/** Text that arrives in one piece without an end is taken to be whole after this. */
const WHOLE_MS = 120;
const SHORTEST = 4;

const editable = (target: EventTarget | null) =>
  target instanceof HTMLElement && !target.dataset['wedge'] && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens to the whole page; answers how to stop. Where a person types into a field it keeps out. */
export function listen(read: (text: string) => void): () => void {
  let typed = '';
  let last = 0;
  const onKey = (event: KeyboardEvent) => {
    if (editable(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = performance.now();
    if (now - last > GAP_MS) typed = '';
    last = now;
    if (event.key === 'Enter' || event.key === 'Tab') {
      if (typed.length >= SHORTEST) {
        event.preventDefault();
        event.stopPropagation();
        const text = typed;
        typed = '';
        const field = event.target;
        if (field instanceof HTMLInputElement && field.dataset['wedge']) field.value = '';
        read(text);
      }
      typed = '';
    } else if (event.key.length === 1) {
      typed += event.key;
      // A space would press the button that has the focus.
      if (typed.length > 1 && event.key === ' ') event.preventDefault();
    }
  };
  document.addEventListener('keydown', onKey, true);
  return () => document.removeEventListener('keydown', onKey, true);
}

/** For text that is put in without keys: `field` takes it, and is empty again afterwards. */
export function intake(field: HTMLInputElement, read: (text: string) => void): () => void {
  let timer = 0;
  const flush = () => {
    const text = field.value.trim();
    field.value = '';
    if (text.length >= SHORTEST) read(text);
  };
  const onInput = (event: Event) => {
    // Keys were heard as keys.
    if ((event as InputEvent).inputType === 'insertText' && ((event as InputEvent).data ?? '').length <= 1) return;
    clearTimeout(timer);
    timer = window.setTimeout(flush, WHOLE_MS);
  };
  field.addEventListener('input', onInput);
  return () => {
    clearTimeout(timer);
    field.removeEventListener('input', onInput);
  };
}
