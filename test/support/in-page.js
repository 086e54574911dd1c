// Runs in a page of the test's browser: decodes a picture, and measures how far it is from another one.
const block = 16;
/** Of 255, per colour channel, of a block's mean. */
const blockTolerance = 40;

async function decode(base64) {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

function meanOf({ data, width, height }, left, top) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(top + block, height); y++) {
    for (let x = left; x < Math.min(left + block, width); x++) {
      for (let channel = 0; channel < 3; channel++) sum[channel] += data[(y * width + x) * 4 + channel];
      count++;
    }
  }
  return sum.map((value) => value / count);
}

/** The share of blocks whose mean colour differs; all of them when the sizes do. */
function differenceOf(a, b) {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let blocks = 0;
  let different = 0;
  for (let y = 0; y < a.height; y += block) {
    for (let x = 0; x < a.width; x += block) {
      const [first, second] = [meanOf(a, x, y), meanOf(b, x, y)];
      blocks++;
      if (first.some((value, channel) => Math.abs(value - second[channel]) > blockTolerance)) different++;
    }
  }
  return different / blocks;
}

function toBase64(bytes) {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}

/** The share of pixels that differ plainly, more than by the colours that a small palette leaves out. */
function changeOf(a, b) {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let different = 0;
  for (let pixel = 0; pixel < a.data.length; pixel += 4) {
    if ([0, 1, 2].some((channel) => Math.abs(a.data[pixel + channel] - b.data[pixel + channel]) > 64)) different++;
  }
  return different / (a.width * a.height);
}

globalThis.examinePicture = async (taken, committed) => {
  const image = await decode(taken);
  const before = committed === null ? undefined : await decode(committed);
  const [difference, change] = before ? [differenceOf(image, before), changeOf(image, before)] : [1, 1];
  return { pixels: toBase64(image.data), width: image.width, height: image.height, difference, change };
};
