namespace EdgeProxy; internal sealed class Program { private static void Main() { } }
