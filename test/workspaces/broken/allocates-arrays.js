const kept = [];
while (true) kept.push(new Float32Array(1e6).fill(1));
