// A site's accent, made readable: WCAG 2 asks for 4.5 to 1 between text and its ground, 3 to 1 for a button's edge.

const GROUNDS = { light: [255, 255, 255], dark: [24, 27, 33] };
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];
const OWN_ACCENT = "#1d4ed8";

function parts(colour) {
  const hex = /^#[0-9a-f]{3}$/i.test(colour) ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
  const known = /^#[0-9a-f]{6}$/i.test(hex) ? hex : OWN_ACCENT;
  return [1, 3, 5].map((at) => parseInt(known.slice(at, at + 2), 16));
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function mix(one, other, share) {
  return one.map((part, at) => Math.round(part + (other[at] - part) * share));
}

function readable(colour, ground, least) {
  const away = luminance(ground) > 0.5 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(colour, away, share);
    if (contrast(tried, ground) >= least) return tried;
  }
  return away;
}

function css(colour) {
  return `rgb(${colour.join(" ")})`;
}

// Whether the page is dark, by what lies behind it; where it leaves that to the browser, by what the reader prefers and
// the page says it can do.
function pageIsDark(prefersDark) {
  for (const element of [own("body"), own("documentElement")]) {
    const ground = element ? getComputedStyle(element).backgroundColor : "";
    const [red, green, blue, alpha = 1] = (/^rgba?\(.*\)$/.test(ground) && ground.match(/[\d.]+/g).map(Number)) || [0, 0, 0, 0];
    if (alpha > 0.5) return luminance([red, green, blue]) < 0.18;
  }
  const declared = getComputedStyle(own("documentElement")).colorScheme;
  const named = declared === "normal" ? own("querySelector").call(document, "meta[name='color-scheme']")?.content : declared;
  return /dark/.test(named || "") && (prefersDark || !/light/.test(named));
}

// The custom properties that the style sheet reads.
function palette(accent, theme) {
  const ground = GROUNDS[theme];
  const given = parts(accent);
  const fill = readable(given, ground, 3);
  const tint = mix(ground, fill, theme === "dark" ? 0.22 : 0.1);
  return {
    "--dl-accent": css(fill),
    "--dl-on-accent": contrast(fill, WHITE) >= 4.5 ? css(WHITE) : css(contrast(fill, WHITE) > contrast(fill, BLACK) ? WHITE : BLACK),
    "--dl-tint": css(tint),
    "--dl-link": css(readable(given, contrast(tint, ground) > 1 ? tint : ground, 4.5)),
  };
}
