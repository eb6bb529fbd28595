const kept = [];
while (true) kept.push(new Array(1e5).fill({}));
