/* Draws triangles with shading into an image, without a graphics card: samRaster.draw(image, scene, turn, zoom). */
(function () {
  const LIGHT = [0.25, 0.45, 0.86];

  function bytesOf(text) { return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer; }

  function rgb(text) { return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)); }

  function normalsOf(points, triangles) {
    const normals = new Float32Array(points.length);
    for (let n = 0; n < triangles.length; n += 3) {
      const [a, b, c] = [3 * triangles[n], 3 * triangles[n + 1], 3 * triangles[n + 2]];
      const ux = points[b] - points[a], uy = points[b + 1] - points[a + 1], uz = points[b + 2] - points[a + 2];
      const vx = points[c] - points[a], vy = points[c + 1] - points[a + 1], vz = points[c + 2] - points[a + 2];
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
      for (const at of [a, b, c]) { normals[at] += x; normals[at + 1] += y; normals[at + 2] += z; }
    }
    for (let n = 0; n < normals.length; n += 3) {
      const length = Math.hypot(normals[n], normals[n + 1], normals[n + 2]) || 1;
      for (let axis = 0; axis < 3; axis++) normals[n + axis] /= length;
    }
    return normals;
  }

  /* What the page was sent, unpacked; points in parts of the radius. */
  function scene(meshes) {
    return meshes.parts.map((part) => {
      const points = Float32Array.from(new Int16Array(bytesOf(part.points)), (value) => value / 32767);
      const triangles = new Uint32Array(bytesOf(part.triangles));
      return { colour: rgb(part.colour), points, triangles, normals: normalsOf(points, triangles) };
    });
  }

  /* Rows of a rotation: screen right, screen down, towards the viewer; the patient's head is up. */
  function rotation([azimuth, elevation]) {
    const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
    return [[-ca, -sa, 0], [-sa * se, ca * se, -ce], [-sa * ce, ca * ce, se]];
  }

  function turned(part, rows, width, height, zoom) {
    const size = 0.48 * Math.min(width, height) * zoom, count = part.points.length / 3;
    const place = new Float32Array(3 * count), shade = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const at = 3 * n, p = part.points, q = part.normals;
      const dot = (row, from) => row[0] * from[at] + row[1] * from[at + 1] + row[2] * from[at + 2];
      place[at] = width / 2 + size * dot(rows[0], p);
      place[at + 1] = height / 2 + size * dot(rows[1], p);
      place[at + 2] = dot(rows[2], p);
      const light = -LIGHT[0] * dot(rows[0], q) - LIGHT[1] * dot(rows[1], q) + LIGHT[2] * dot(rows[2], q);
      shade[n] = 0.28 + 0.72 * Math.max(0, light);
    }
    return { place, shade };
  }

  function fill(image, depth, part, seen) {
    const { width, height, data } = image, { place, shade } = seen, [red, green, blue] = part.colour;
    for (let n = 0; n < part.triangles.length; n += 3) {
      const [i, j, k] = [part.triangles[n], part.triangles[n + 1], part.triangles[n + 2]];
      const ax = place[3 * i], ay = place[3 * i + 1], bx = place[3 * j], by = place[3 * j + 1];
      const cx = place[3 * k], cy = place[3 * k + 1], area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
      if (area === 0) continue;
      const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx))), x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx)));
      const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy))), y1 = Math.min(height - 1, Math.floor(Math.max(ay, by, cy)));
      for (let y = y0; y <= y1; y++) {
        for (let x = x0; x <= x1; x++) {
          const b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area, c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
          const a = 1 - b - c;
          if (a < 0 || b < 0 || c < 0) continue;
          const z = a * place[3 * i + 2] + b * place[3 * j + 2] + c * place[3 * k + 2], at = y * width + x;
          if (z <= depth[at]) continue;
          depth[at] = z;
          const light = a * shade[i] + b * shade[j] + c * shade[k];
          data[4 * at] = red * light; data[4 * at + 1] = green * light; data[4 * at + 2] = blue * light;
          data[4 * at + 3] = 255;
        }
      }
    }
  }

  function draw(image, parts, turn, zoom) {
    image.data.fill(0);
    const depth = new Float32Array(image.width * image.height).fill(-Infinity), rows = rotation(turn);
    for (const part of parts) fill(image, depth, part, turned(part, rows, image.width, image.height, zoom));
  }

  window.samRaster = { scene, draw };
})();
