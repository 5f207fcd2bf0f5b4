import java.io.DataInputStream;
import java.io.EOFException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.store.MMapDirectory;

/**
 * Lucene's side of {@code Tests/bench index}: {@code IndexPeer WORKLOAD USERS DIRECTORY HITS SECONDS ROUNDS}.
 *
 * <p>The index is sorted newest first, so that a search stops at its tenth hit; near-real-time readers make mail visible.
 */
public final class IndexPeer {
    private static final int LIMIT = 10;
    private static final int UNREAD_EVERY = 10;
    private static final int VISIBLE_EVERY = 16;
    private static final double MEMORY_MB = 64;
    private static final Sort NEWEST = new Sort(new SortField("number", SortField.Type.LONG, true));
    private static final Pattern ADDRESS = Pattern.compile("<([a-z0-9.-]+@[a-z0-9.-]+)>");

    private record Mail(String text, String sender, long octets) {}

    private record Question(String name, Query query) {}

    private final boolean many;
    private final IndexWriter writer;
    private DirectoryReader reader;
    private IndexSearcher searcher;

    private IndexPeer(Path directory, boolean many) throws IOException {
        this.many = many;
        IndexWriterConfig config = new IndexWriterConfig(new Words());
        config.setIndexSort(NEWEST);
        config.setRAMBufferSizeMB(MEMORY_MB);
        writer = new IndexWriter(new MMapDirectory(directory), config);
        refresh();
    }

    /** Letters and digits in small letters. */
    private static final class Words extends Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            CharTokenizer words = CharTokenizer.fromTokenCharPredicate(Character::isLetterOrDigit);
            return new TokenStreamComponents(words, new LowerCaseFilter(words));
        }
    }

    private void refresh() throws IOException {
        DirectoryReader now = reader == null ? DirectoryReader.open(writer) : DirectoryReader.openIfChanged(reader, writer);
        if (now == null) return;
        if (reader != null) reader.close();
        reader = now;
        searcher = new IndexSearcher(now);
        searcher.setQueryCache(null);
    }

    private static FieldType words() {
        FieldType type = new FieldType();
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
        type.setTokenized(true);
        type.setOmitNorms(true);
        type.freeze();
        return type;
    }

    private static final FieldType WORDS = words();

    private void add(long number, int user, Mail mail, String text) throws IOException {
        Document document = new Document();
        document.add(new Field("text", text, WORDS));
        document.add(new StringField("sender", mail.sender, Field.Store.NO));
        document.add(new StringField("unread", number % UNREAD_EVERY == 0 ? "yes" : "no", Field.Store.NO));
        if (many) document.add(new StringField("user", Integer.toString(user), Field.Store.NO));
        document.add(new NumericDocValuesField("number", number));
        writer.addDocument(document);
    }

    private Query query(String kind, String text, String sender, String user) {
        List<Query> parts = new ArrayList<>();
        switch (kind) {
            case "phrase": parts.add(new PhraseQuery("text", text.split(" "))); break;
            case "prefix": parts.add(new PrefixQuery(new Term("text", text))); break;
            default: for (String word : text.split(" ")) parts.add(new TermQuery(new Term("text", word)));
        }
        if (kind.equals("filter")) {
            parts.add(new TermQuery(new Term("sender", sender)));
            parts.add(new TermQuery(new Term("unread", "yes")));
        }
        if (many) parts.add(new TermQuery(new Term("user", user)));
        if (parts.size() == 1) return parts.get(0);
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        // None is scored: the order is that of arrival.
        for (Query part : parts) all.add(part, BooleanClause.Occur.FILTER);
        return all.build();
    }

    private long[] search(Query query, int limit) throws IOException {
        TopFieldCollector collector = TopFieldCollector.create(NEWEST, limit, limit);
        searcher.search(query, collector);
        ScoreDoc[] hits = collector.topDocs().scoreDocs;
        long[] numbers = new long[hits.length];
        for (int index = 0; index < hits.length; index++) numbers[index] = (Long) ((FieldDoc) hits[index]).fields[0];
        return numbers;
    }

    // What is measured.

    private void addAll(List<Mail> mails, int[][] draws, Path directory) throws IOException {
        double start = processorSeconds();
        long text = 0;
        for (int index = 0; index < draws.length; index++) {
            Mail mail = mails.get(draws[index][1]);
            add(index + 1, draws[index][0], mail, mail.text);
            text += mail.octets;
        }
        writer.commit();
        // Merges under way are part of the work.
        while (writer.hasPendingMerges()) pause();
        writer.commit();
        refresh();
        writer.deleteUnusedFiles();
        say("bulk_mb_per_cpu_second", text / 1e6 / (processorSeconds() - start));
        say("size_per_text", (double) size(directory) / text);
    }

    private void addOneByOne(List<Mail> mails, int[][] draws, double seconds) throws IOException {
        long written = field("/proc/self/io", "wchar:");
        long text = 0;
        List<Double> times = new ArrayList<>();
        double deadline = now() + seconds;
        for (int number = draws.length + 1; now() < deadline; number++) {
            int[] draw = draws[number % draws.length];
            Mail mail = mails.get(draw[1]);
            String word = visibleWord(number);
            double start = now();
            add(number, draw[0], mail, mail.text + "\n" + word);
            refresh();
            times.add(now() - start);
            text += mail.octets;
            if (number % VISIBLE_EVERY != 0) continue;
            long[] found = search(query("word", word, "", Integer.toString(draw[0])), 1);
            if (found.length != 1 || found[0] != number) throw new IllegalStateException("mail " + number + " is not found");
        }
        say("commits", times.size());
        say("commit_rate", times.size() / times.stream().mapToDouble(Double::doubleValue).sum());
        say("visible_p50", at(times, 0.5));
        say("visible_p99", at(times, 0.99));
        say("visible_max", at(times, 1));
        say("written_per_text", (double) (field("/proc/self/io", "wchar:") - written) / text);
    }

    private void ask(List<Question> questions, double seconds, int rounds) throws IOException {
        Map<String, List<Query>> classes = new LinkedHashMap<>();
        for (Question question : questions) classes.computeIfAbsent(question.name, name -> new ArrayList<>()).add(question.query);
        for (Map.Entry<String, List<Query>> entry : classes.entrySet()) {
            List<Query> queries = entry.getValue();
            List<Double> times = new ArrayList<>();
            // The first times do not count; the compiler needs more of them than others.
            for (int turns : new int[] {rounds * 2, rounds}) {
                times.clear();
                double deadline = now() + seconds;
                for (int turn = 0; turn < turns && (turn < queries.size() || now() < deadline); turn++) {
                    double start = now();
                    search(queries.get(turn % queries.size()), LIMIT);
                    times.add(now() - start);
                }
            }
            say(entry.getKey() + " p50", at(times, 0.5));
            say(entry.getKey() + " p99", at(times, 0.99));
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path workload = Path.of(arguments[0]);
        boolean many = !arguments[1].equals("1");
        Path directory = Path.of(arguments[2]);
        double seconds = Double.parseDouble(arguments[4]);
        List<Mail> mails = readMails(workload.resolve("mails"));
        int[][] draws = readDraws(workload.resolve("draws-" + arguments[1]));
        System.gc();
        long before = field("/proc/self/status", "RssAnon:");
        IndexPeer peer = new IndexPeer(directory, many);
        peer.addAll(mails, draws, directory);
        List<Question> questions = new ArrayList<>();
        try (PrintWriter hits = new PrintWriter(arguments[3], StandardCharsets.UTF_8)) {
            for (String line : Files.readAllLines(workload.resolve("queries-" + arguments[1]))) {
                String[] fields = line.split("\t", -1);
                Query query = peer.query(fields[1], fields[2], fields[3], fields[4]);
                questions.add(new Question(fields[0], query));
                long[] found = peer.search(query, draws.length);
                hits.println(String.join(" ", Arrays.stream(found).mapToObj(Long::toString).toList()));
            }
        }
        peer.ask(questions, seconds, Integer.parseInt(arguments[5]));
        if (!many) peer.addOneByOne(mails, draws, seconds * 3);
        say("memory_mb", (field("/proc/self/status", "RssAnon:") - before) * 1024 / 1e6);
        peer.reader.close();
        peer.writer.close();
    }

    // Reading the workload.

    private static List<Mail> readMails(Path path) throws IOException {
        try (DataInputStream input = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            List<Mail> mails = new ArrayList<>();
            for (int left = input.readInt(); left > 0; left--) {
                input.skipNBytes(12);
                String[] texts = new String[5];
                long octets = 0;
                for (int part = 0; part < 5; part++) {
                    byte[] bytes = input.readNBytes(input.readInt());
                    texts[part] = new String(bytes, StandardCharsets.UTF_8);
                    octets += bytes.length - (part < 2 ? 0 : texts[part].chars().filter(sign -> sign == '\n').count());
                }
                mails.add(new Mail(String.join("\nqzpartqz\n", texts), sender(texts[2]), octets));
            }
            return mails;
        }
    }

    private static String sender(String senders) {
        List<String> found = new ArrayList<>();
        Matcher matcher = ADDRESS.matcher(senders.toLowerCase(java.util.Locale.ROOT));
        while (matcher.find()) found.add(matcher.group(1));
        return found.size() == 1 ? found.get(0) : "";
    }

    private static int[][] readDraws(Path path) throws IOException {
        List<int[]> draws = new ArrayList<>();
        try (DataInputStream input = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            while (true) draws.add(new int[] {input.readInt(), input.readInt()});
        } catch (EOFException end) {
            return draws.toArray(new int[0][]);
        }
    }

    private static String visibleWord(int number) {
        StringBuilder word = new StringBuilder("zq");
        for (int rest = number; rest > 0; rest /= 26) word.append((char) ('a' + rest % 26));
        return word.append("zq").toString();
    }

    // What the system knows.

    private static double now() {
        return System.nanoTime() / 1e9;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static double processorSeconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    private static long field(String path, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(path))) {
            if (line.startsWith(name)) return Long.parseLong(line.split("\\s+")[1]);
        }
        throw new IOException(path + " has no " + name);
    }

    private static long size(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static double at(List<Double> times, double share) {
        double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) ((sorted.length - 1) * share)];
    }

    private static void say(String name, double value) {
        System.out.println(name + "\t" + value);
    }
}
