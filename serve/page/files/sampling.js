// What temperature, top-k and top-p make of a distribution, as generate/choose.go does when it draws.

// decode reads 32-bit floating-point numbers, little-endian, in base64.
export function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => new DataView(bytes.buffer).getFloat32(4 * i, true));
}

// drawn returns the probabilities with which tokens are drawn: those that remain of log-probabilities in descending order. First the top
// k remain, then temperature applies, then the fewest remain whose probabilities sum to at least p.
export function drawn(logProbs, { temperature, topK, topP }) {
  if (temperature === 0) return [1];
  let n = topK > 0 ? Math.min(topK, logProbs.length) : logProbs.length;
  while (n < logProbs.length && logProbs[n] === logProbs[n - 1]) n++; // equals of the k-th remain, too
  const p = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) total += p[i] = Math.exp((logProbs[i] - logProbs[0]) / temperature);
  let kept = n;
  if (topP < 1) {
    let sum = 0;
    for (kept = 0; kept < n && sum < topP; kept++) sum += p[kept] / total;
  }
  let left = 0;
  for (let i = 0; i < kept; i++) left += p[i];
  return p.subarray(0, kept).map((x) => x / left);
}

// entropy is that of a distribution, in bits.
export function entropy(p) {
  let h = 0;
  for (const x of p) if (x > 0) h -= x * Math.log2(x);
  return Math.abs(h);
}
