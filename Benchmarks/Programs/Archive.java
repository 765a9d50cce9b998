// Direct buffers, compression, archives in memory, texts and patterns in several threads; the compiler has much to do.
import java.io.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;
import java.util.stream.*;
import java.util.zip.*;
import sun.misc.Unsafe;

public class Archive {
    static byte[] text(int size, Random random) {
        var text = new StringBuilder();
        while (text.length() < size) {
            text.append("word").append(random.nextInt(9973)).append(random.nextInt(9) == 0 ? '\n' : ' ');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Packs parts of many sizes, each with a compressor of its own, whose state is the C library's memory. */
    static long packed(int seed) throws DataFormatException {
        var random = new Random(seed);
        long total = 0;
        for (int i = 0; i < 800; i++) {
            byte[] text = text(1 + random.nextInt(4000), random);
            byte[] small = new byte[text.length + 100], again = new byte[text.length];
            var deflater = new Deflater(1 + i % 6);
            deflater.setInput(text);
            deflater.finish();
            int length = deflater.deflate(small);
            deflater.end();
            var inflater = new Inflater();
            inflater.setInput(small, 0, length);
            total += length + inflater.inflate(again);
            inflater.end();
            if (!Arrays.equals(text, again)) throw new IllegalStateException();
        }
        return total;
    }

    /** Writes and reads archives in memory. */
    static long archived(int seed) throws IOException {
        var random = new Random(seed);
        long total = 0;
        for (int i = 0; i < 10; i++) {
            var bytes = new ByteArrayOutputStream();
            try (var archive = new ZipOutputStream(bytes)) {
                for (int j = 0; j < 50; j++) {
                    archive.putNextEntry(new ZipEntry("file" + j));
                    archive.write(text(random.nextInt(4000), random));
                }
            }
            try (var archive = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                while (archive.getNextEntry() != null) total += archive.readAllBytes().length;
            }
        }
        return total;
    }

    /** Replaces buffers outside of the Java heap at random. They are freed at once, not when the collector finds them. */
    static long replaced(int seed) throws ReflectiveOperationException {
        var field = Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        var unsafe = (Unsafe) field.get(null);
        var random = new Random(seed);
        var held = new ByteBuffer[500];
        long total = 0;
        for (int i = 0; i < 15_000; i++) {
            var buffer = ByteBuffer.allocateDirect(100 + random.nextInt(20_000));
            buffer.putInt(0, i);
            int slot = random.nextInt(held.length);
            if (held[slot] != null) unsafe.invokeCleaner(held[slot]);
            held[slot] = buffer;
            total += buffer.capacity();
        }
        for (var buffer : held) if (buffer != null) unsafe.invokeCleaner(buffer);
        return total;
    }

    static long counted(int seed) {
        var text = new String(text(300_000, new Random(seed)), StandardCharsets.UTF_8);
        Map<String, Long> counts = Pattern.compile("\\s+").splitAsStream(text)
            .collect(Collectors.groupingBy(word -> word, TreeMap::new, Collectors.counting()));
        long found = Pattern.compile("word(\\d)(\\d*)7\\b").matcher(text).results()
            .filter(each -> !each.group(2).isEmpty()).count();
        return found + counts.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(100)
            .map(each -> String.format("%s %d", each.getKey(), each.getValue())).mapToLong(String::length).sum();
    }

    public static void main(String[] arguments) throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        var work = new ArrayList<Callable<Long>>();
        for (int i = 0; i < 8; i++) {
            int seed = i;
            work.addAll(List.of(() -> packed(seed), () -> archived(seed), () -> replaced(seed), () -> counted(seed)));
        }
        long total = 0;
        for (var each : threads.invokeAll(work)) total = total * 31 + each.get();
        threads.shutdown();
        System.out.println(total);
    }
}
