// Photos and signatures: made small, named by their digest, kept until the service has them.
import { database } from './db';

const SIDE_MAX = 1600;

async function digest(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function keepBlob(blob: Blob): Promise<string> {
  const sha256 = await digest(blob);
  await (await database()).put('pictures', { sha256, blob, at: Date.now(), state: 'waiting' });
  return sha256;
}

function blobOf(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), type, 0.8));
}

/** A photo that the camera made. Where it was taken does not go along: only the picture is drawn anew. */
export async function keepPhoto(file: Blob): Promise<string> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(1, SIDE_MAX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await keepBlob(await blobOf(canvas, 'image/jpeg'));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A signature, as it stands on its canvas. */
export async function keepSignature(canvas: HTMLCanvasElement): Promise<string> {
  return keepBlob(await blobOf(canvas, 'image/png'));
}
