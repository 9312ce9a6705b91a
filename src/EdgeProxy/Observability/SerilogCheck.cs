using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Serilog.Configuration;
using Serilog.Core;

namespace EdgeProxy.Observability;

/// <summary>One thing that is wrong in the section <c>Serilog</c>.</summary>
internal sealed record LogProblem(string Path, string Message);

/// <summary>Finds what is wrong in the section <c>Serilog</c> without making a sink: no file is opened, nothing is connected to. Serilog
/// itself passes over a name that it does not know.</summary>
internal sealed class SerilogCheck
{
    private static readonly string[] OtherKeys = ["Using", "MinimumLevel", "LevelSwitches", "FilterSwitches", "Properties"];

    /// <summary>For each list of calls in the section: what the methods extend, and those that are no extensions.</summary>
    private static readonly Dictionary<string, (Type Target, string[] OwnMethods)> Lists = new(StringComparer.OrdinalIgnoreCase)
    {
        ["WriteTo"] = (typeof(LoggerSinkConfiguration), ["Logger", "Sink"]),
        ["AuditTo"] = (typeof(LoggerAuditSinkConfiguration), ["Logger", "Sink"]),
        ["Enrich"] = (typeof(LoggerEnrichmentConfiguration), ["AtLevel", "FromLogContext", "With"]),
        ["Filter"] = (typeof(LoggerFilterConfiguration), ["With"]),
        ["Destructure"] = (typeof(LoggerDestructuringConfiguration),
            ["AsScalar", "ToMaximumCollectionCount", "ToMaximumDepth", "ToMaximumStringLength", "With"]),
    };

    private readonly Assembly[] _assemblies;
    private readonly HashSet<string> _switches;
    private readonly List<LogProblem> _problems = [];

    private SerilogCheck(Assembly[] assemblies, IConfigurationSection section)
    {
        _assemblies = assemblies;
        _switches = section.GetSection("LevelSwitches").GetChildren()
            .Select(each => each.Key.TrimStart('$'))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    public static IReadOnlyList<LogProblem> Problems(IConfigurationRoot root)
    {
        var section = root.GetSection(SerilogSection.Name);
        if (!section.Exists())
            return [];
        try
        {
            var check = new SerilogCheck(Logging.Assemblies(root), section);
            check.Section(section);
            if (check._problems.Count == 0)
                Logging.Events(root).CreateLogger();
            return check._problems;
        }
        // An assembly may be missing, and making a filter, an enricher or a level may throw anything.
        catch (Exception exception)
        {
            return [new LogProblem(SerilogSection.Name, Logging.Sentence(exception))];
        }
    }

    private void Section(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            if (Lists.TryGetValue(child.Key, out var list))
                Calls(child, list.Target, list.OwnMethods);
            else if (!OtherKeys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                Add(child, $"is not a key of this section. There are {Listed([.. Lists.Keys, .. OtherKeys])}");
        }
    }

    private void Calls(IConfigurationSection list, Type target, string[] ownMethods)
    {
        var methods = _assemblies.SelectMany(assembly => assembly.ExportedTypes)
            .Where(type => type is { IsAbstract: true, IsSealed: true, IsNested: false })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.IsDefined(typeof(ExtensionAttribute)) && method.GetParameters()[0].ParameterType == target)
            .Select(method => (method.Name, Parameters: method.GetParameters()[1..]))
            .Concat(target.GetMethods()
                .Where(method => ownMethods.Contains(method.Name))
                .Select(method => (method.Name, Parameters: method.GetParameters())))
            .ToLookup(method => method.Name, method => method.Parameters);
        foreach (var entry in list.GetChildren())
        {
            if ((entry.Value ?? entry["Name"]) is not { } name)
                Add(entry, "needs a Name");
            else if (!methods.Contains(name))
            {
                var known = Listed(methods.Select(method => method.Key));
                Add(entry, $"\"{name}\" is unknown. There are {known}; others need their assembly under Using");
            }
            else
            {
                Arguments(entry, name, [.. methods[name]]);
            }
        }
    }

    private void Arguments(IConfigurationSection entry, string name, ParameterInfo[][] overloads)
    {
        IConfigurationSection[] given = [.. entry.GetSection("Args").GetChildren()];
        ParameterInfo[] all = [.. overloads.SelectMany(parameters => parameters)];
        foreach (var unknown in given.Where(argument => !all.Any(parameter => IsFor(argument, parameter))))
            Add(unknown, $"is not an argument of {name}. There are {Listed(all.Select(parameter => parameter.Name!))}");

        var fitting = overloads
            .Where(parameters => parameters.All(
                parameter => parameter.HasDefaultValue || given.Any(argument => IsFor(argument, parameter))))
            .MaxBy(parameters => given.Count(argument => parameters.Any(parameter => IsFor(argument, parameter))));
        if (fitting is null)
        {
            var needed = overloads.Select(parameters =>
                string.Join(" and ", parameters.Where(each => !each.HasDefaultValue).Select(each => each.Name)));
            Add(entry, $"{name} needs {string.Join(", or ", needed.Distinct())} under Args");
            return;
        }

        foreach (var argument in given)
        {
            if (fitting.FirstOrDefault(parameter => IsFor(argument, parameter)) is { } parameter)
                Argument(argument, parameter.ParameterType);
        }
    }

    private void Argument(IConfigurationSection argument, Type type)
    {
        if (argument.Value is { } value)
        {
            if (Mismatch(Environment.ExpandEnvironmentVariables(value), Nullable.GetUnderlyingType(type) ?? type) is { } mismatch)
                Add(argument, $"\"{value}\" {mismatch}");
        }
        else if (type == typeof(Action<Serilog.LoggerConfiguration>))
        {
            Section(argument);
        }
        else if (Lists.Values.FirstOrDefault(list => type == typeof(Action<>).MakeGenericType(list.Target))
            is { Target: { } target } nested)
        {
            Calls(argument, target, nested.OwnMethods);
        }
    }

    private string? Mismatch(string value, Type type)
    {
        if (type == typeof(LoggingLevelSwitch))
            return _switches.Contains(value.TrimStart('$')) ? null : "is not declared under LevelSwitches";
        if (type.IsEnum)
            return Enum.TryParse(type, value, ignoreCase: true, out _) ? null : $"is none of {Listed(Enum.GetNames(type))}";
        if (type == typeof(TimeSpan))
            return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _) ? null : "is not a time such as 00:00:05";
        if (type == typeof(bool))
            return bool.TryParse(value, out _) ? null : "is neither true nor false";
        if (type == typeof(int) || type == typeof(long))
            return long.TryParse(value, CultureInfo.InvariantCulture, out _) ? null : "is not a whole number";
        if (type is { IsInterface: true } or { IsAbstract: true } && !value.Contains("::", StringComparison.Ordinal))
            return IsType(value) ? null : "names a type that does not exist";
        return null;
    }

    private static bool IsType(string name) =>
        Type.GetType(name.Contains(',', StringComparison.Ordinal) ? name : $"{name}, Serilog") is not null;

    private void Add(IConfigurationSection where, string message) => _problems.Add(new LogProblem(where.Path, message + "."));

    private static bool IsFor(IConfigurationSection argument, ParameterInfo parameter) =>
        argument.Key.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase);

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
}
