// Buffers in and out of node's pool, zlib and crypto in the thread pool, workers, children: prints `NAME VALUE` lines that
// are the same in every run.
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
const { createHash, pbkdf2, scryptSync } = require("crypto");
const { fork, spawnSync, execFile } = require("child_process");
const { promisify } = require("util");
const zlib = require("zlib");
const fs = require("fs");

const sum = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

function pattern(size, seed) {
    const buffer = Buffer.allocUnsafe(size);
    for (let i = 0; i < size; i++) buffer[i] = (i * 31 + seed) & 255;
    return buffer;
}

if (!isMainThread) {
    const held = [];
    for (let i = 0; i < 2000; i++) held.push(Buffer.alloc((i * 97) % 9000, workerData));
    const bytes = held.reduce((total, each) => total + each.length, 0);
    const result = pattern(300000, workerData);
    parentPort.postMessage({ bytes, result }, [result.buffer]);
} else if (process.argv[2] === "child") {
    process.on("message", (message) => {
        process.send({ sum: sum(pattern(message.size, 7)) }, () => process.exit(message.code));
    });
} else {
    main();
}

async function main() {
    const held = new Map();
    for (let i = 0; i < 60000; i++) {
        const make = [Buffer.alloc, Buffer.allocUnsafe, Buffer.allocUnsafeSlow][i % 3];
        held.set(i % 3000, make((i * 7919) % 20000).fill(i & 255));
    }
    let total = createHash("sha256");
    for (const key of [...held.keys()].sort((a, b) => a - b)) total.update(held.get(key));
    console.log("buffers", total.digest("hex").slice(0, 16));

    const shared = new SharedArrayBuffer(8 << 20);
    const grown = new WebAssembly.Memory({ initial: 16, maximum: 512 });
    for (let i = 0; i < 20; i++) grown.grow(16);
    console.log("memories", shared.byteLength, grown.buffer.byteLength);

    const text = Buffer.concat([pattern(400000, 1), Buffer.from(JSON.stringify([...Array(50000).keys()]))]);
    const packed = await Promise.all([...Array(12).keys()].map((level) =>
        promisify(level % 2 ? zlib.brotliCompress : zlib.gzip)(text, { level: level % 9 + 1, params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } })));
    const unpacked = await Promise.all(packed.map((each, i) => promisify(i % 2 ? zlib.brotliDecompress : zlib.gunzip)(each)));
    console.log("packed", unpacked.every((each) => each.equals(text)));

    const keys = await Promise.all([...Array(16).keys()].map((i) => promisify(pbkdf2)("word", "salt" + i, 2000, 64, "sha512")));
    console.log("keys", sum(Buffer.concat(keys)), sum(scryptSync("word", "salt", 32, { N: 16384 })));

    const workers = await Promise.all([...Array(6).keys()].map((i) => new Promise((resolve, reject) => {
        const worker = new Worker(__filename, { workerData: i });
        let message;
        worker.on("message", (value) => { message = value; }).on("error", reject)
            .on("exit", (code) => resolve([code, message.bytes, sum(message.result)].join(":")));
    })));
    console.log("workers", workers.join(" "));
    const ended = await Promise.all([...Array(4).keys()].map(() => {
        const worker = new Worker("for (;;) Buffer.alloc(5000)", { eval: true });
        return new Promise((resolve) => worker.on("online", () => setTimeout(() => worker.terminate().then(resolve), 50)));
    }));
    console.log("workers-ended", ended.join(" "));

    const children = await Promise.all([...Array(6).keys()].map((i) => new Promise((resolve) => {
        const child = fork(__filename, ["child"]);
        let answer;
        child.on("message", (value) => { answer = value.sum; }).on("exit", (code) => resolve(`${code}:${answer}`));
        child.send({ size: 100000 + i, code: i });
    })));
    console.log("children", children.join(" "));
    const outputs = [...Array(8).keys()].map((i) => spawnSync("sh", ["-c", `head -c ${i}00000 /dev/zero | wc -c; exit ${i}`]));
    console.log("spawned", outputs.map((each) => `${String(each.stdout).trim()}:${each.status}`).join(" "));
    console.log("run", (await promisify(execFile)("echo", ["a", "b"])).stdout.trim());

    await fs.promises.writeFile("file", text);
    let read = 0;
    for await (const piece of fs.createReadStream("file", { highWaterMark: 5000 })) read += piece.length;
    console.log("read", read, sum(await fs.promises.readFile("file")));
}
