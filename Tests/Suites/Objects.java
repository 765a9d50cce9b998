import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import java.util.zip.*;

/// Threads, garbage, and memory outside of the Java heap (direct buffers, zip, stacks of threads, compiled code): prints
/// `NAME VALUE` lines that are the same in every run.
public class Objects {
    static long work(int number) {
        Map<Integer, StringBuilder> map = new HashMap<>();
        for (int i = 0; i < 100000; i++) map.computeIfAbsent(i % 2000, key -> new StringBuilder()).append(i * number % 10);
        return map.values().stream().mapToLong(StringBuilder::length).sum();
    }

    static int packed(byte[] bytes, int level) throws DataFormatException {
        Deflater deflater = new Deflater(level);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] packed = new byte[bytes.length + 1000];
        int size = deflater.deflate(packed);
        deflater.end();
        Inflater inflater = new Inflater();
        inflater.setInput(packed, 0, size);
        byte[] unpacked = new byte[bytes.length];
        inflater.inflate(unpacked);
        inflater.end();
        return Arrays.equals(bytes, unpacked) ? 1 : 0;
    }

    static long direct(int number) {
        long total = 0;
        for (int i = 1; i < 400; i++) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(i * 997);
            while (buffer.remaining() >= 8) buffer.putLong((long) i * number);
            total += buffer.getLong(0);
        }
        return total;
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            sums.add(pool.submit(() -> work(number)));
            sums.add(pool.submit(() -> direct(number)));
        }
        long total = 0;
        for (Future<Long> sum : sums) total += sum.get();
        pool.shutdown();
        System.out.println("pool " + total);

        byte[] bytes = new byte[300000];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 31 % 97);
        System.out.println("zip " + IntStream.range(0, 200).parallel().map(i -> {
            try { return packed(bytes, i % 9 + 1); } catch (DataFormatException error) { return 0; }
        }).sum());

        List<Thread> threads = new ArrayList<>();
        ConcurrentHashMap<Integer, byte[]> shared = new ConcurrentHashMap<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            Thread thread = new Thread(() -> { for (int j = 0; j < 100; j++) shared.put(number * 7 % 100 + j, new byte[j * 50]); });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join();
        System.out.println("threads " + shared.size());

        List<byte[]> kept = new ArrayList<>();
        for (int i = 0; i < 400000; i++) {
            byte[] piece = new byte[i % 2000];
            if (i % 100 == 0) kept.add(piece);
        }
        System.gc();
        System.out.println("garbage " + kept.stream().mapToInt(piece -> piece.length).sum());

        StringBuilder outputs = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            Process process = new ProcessBuilder("sh", "-c", "echo child " + i + "; exit " + i).start();
            outputs.append(new String(process.getInputStream().readAllBytes()).trim()).append(':').append(process.waitFor()).append(' ');
        }
        System.out.println("processes " + outputs.toString().trim());
    }
}
