namespace EdgeProxy.Proxy;

/// <summary>Answers a request with an error of our own. Called only while the response has not started.</summary>
internal delegate Task ErrorAnswer(HttpContext context, int status);
