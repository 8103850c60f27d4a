// Spans of an abstract. The service counts Unicode code points; strings here count UTF-16 units.

/** The UTF-16 index of each of these code point offsets; an offset beyond the end is the end. */
export function indices(text, offsets) {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map();
  let index = 0;
  let point = 0;
  for (const offset of wanted) {
    while (point < offset && index < text.length) {
      index += text.codePointAt(index) > 0xffff ? 2 : 1;
      point += 1;
    }
    found.set(offset, index);
  }
  return found;
}

/** `text[start:end]` in code points. */
export function slice(text, start, end) {
  const at = indices(text, [start, end]);
  return text.slice(at.get(start), at.get(end));
}

/** Whether every span of the text is what it is said to be. */
export function agree(text, spans) {
  return spans.every(({ start, end, quote }) => start < end && slice(text, start, end) === quote);
}

/** The text in pieces, in order, each marked or not: `{ text, marked }`. Spans may overlap; their union is marked. */
export function pieces(text, spans) {
  const at = indices(text, spans.flatMap(({ start, end }) => [start, end]));
  const ranges = spans.map(({ start, end }) => [at.get(start), at.get(end)]).sort((a, b) => a[0] - b[0]);
  const cut = [];
  let done = 0;
  for (const [start, end] of ranges) {
    if (end <= done) continue;
    const from = Math.max(start, done);
    if (from > done) cut.push({ text: text.slice(done, from), marked: false });
    const last = cut.at(-1);
    if (last?.marked && from === done) last.text += text.slice(from, end);
    else cut.push({ text: text.slice(from, end), marked: true });
    done = end;
  }
  if (done < text.length) cut.push({ text: text.slice(done), marked: false });
  return cut;
}
