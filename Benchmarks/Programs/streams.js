// Buffers outside of V8's heap, JSON, hashes, compression on the thread pool, streams, and compiled patterns.
'use strict';
const crypto = require('crypto');
const { Readable, Transform } = require('stream');
const { pipeline } = require('stream/promises');
const { promisify } = require('util');
const zlib = require('zlib');

let number = 1;
const next = (limit) => (number = number * 16807 % 2147483647) % limit;
const deflate = promisify(zlib.deflate), inflate = promisify(zlib.inflate), derive = promisify(crypto.pbkdf2);
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const record = (i) => ({ name: `record ${i}`, values: many(next(40), () => next(1e6)), text: 'x'.repeat(next(200)) });

// Buffers of 5 to 20 KiB are replaced at random. Each lies outside of V8's heap.
function replaced() {
    const held = new Array(2000);
    let total = 0;
    for (let i = 0; i < 150000; i++) {
        const slot = next(held.length);
        held[slot] = Buffer.alloc(5000 + next(15000));
        total += held[slot].fill(i, 0, 4)[3];
    }
    return total;
}

function texts() {
    let total = 0;
    for (let i = 0; i < 30; i++) {
        const text = JSON.stringify(many(1000, record));
        total += JSON.parse(text).length + Buffer.from(text).toString('base64').length;
        total += new Function('a', `return a.replace(/record (\\d*${i % 10}\\d+)/g, '$1 ${i}').length`)(text);
    }
    return total;
}

function hashes() {
    let last = '';
    for (let i = 0; i < 40000; i++) {
        last = crypto.createHash('sha256').update(last).update(Buffer.alloc(100 + next(400), i)).digest('hex');
    }
    return last;
}

// Four threads of the pool compress and derive keys at the same time.
async function packed() {
    let total = 0;
    for (let i = 0; i < 40; i++) {
        const parts = many(20, (j) => Buffer.from(JSON.stringify(many(1 + j, record))));
        const small = await Promise.all(parts.map((part) => deflate(part)));
        const whole = await Promise.all(small.map((part) => inflate(part)));
        const keys = await Promise.all(small.map((part) => derive(part, 'salt', 10, 64, 'sha512')));
        total += whole.reduce((sum, part) => sum + part.length, 0) + keys.length;
    }
    return total;
}

async function streamed() {
    let total = 0;
    const transform = (chunk, _, done) => done(null, Buffer.from(chunk.toString().toUpperCase()));
    for (let i = 0; i < 20; i++) {
        const lines = many(2000, (j) => Buffer.from(`line ${j} of ${i} ${next(1e9)}\n`.repeat(1 + next(5))));
        const ends = [zlib.createGzip({ level: 1 }), zlib.createGunzip()];
        await pipeline(Readable.from(lines), new Transform({ transform }), ...ends, async (chunks) => {
            for await (const chunk of chunks) total += chunk.length;
        });
    }
    return total;
}

(async () => console.log(replaced(), texts(), hashes(), await packed(), await streamed()))();
